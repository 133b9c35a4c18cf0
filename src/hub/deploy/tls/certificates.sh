#!/bin/sh
# `certificates.sh FOLDER NAME ALTERNATIVE…` makes NAME.crt and NAME.key for one machine, signed by FOLDER/ca.crt, which the first call
# makes. ALTERNATIVE is as in subjectAltName: DNS:db1.hub.internal IP:10.0.0.1. Keep ca.key on none of the machines.
set -eu
umask 077
folder=$1 name=$2
shift 2
cd "$folder"
days=825
new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc "$@" 2>/dev/null; }
[ -e ca.key ] || new -x509 -days 3650 -subj '/CN=hub machines' -keyout ca.key -out ca.crt
names=$(echo "$*" | tr ' ' ',')
new -x509 -CA ca.crt -CAkey ca.key -days "$days" -subj "/CN=$name" -addext "subjectAltName=$names" \
  -addext 'basicConstraints=critical,CA:FALSE' -addext 'extendedKeyUsage=serverAuth,clientAuth' -keyout "$name.key" -out "$name.crt"
chmod 644 ca.crt "$name.crt"
