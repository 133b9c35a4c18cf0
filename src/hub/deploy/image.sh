#!/bin/sh
# Builds the image of the hub from nothing: this machine's node with its libraries, the build, the modules of production.
# Usage: image.sh [NAME]. Needs buildah and a built project (npm ci). PostgreSQL is not in it: state DATABASE_URL.
set -eu
name=${1:-hub}
cd "$(dirname "$0")/../../.."
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
mkdir -p "$root/opt/hub" "$root/usr/bin" "$root/etc" "$root/tmp" "$root/data"

npm pack --silent --ignore-scripts --pack-destination "$root" >/dev/null
tar -xzf "$root"/*.tgz --strip-components=1 -C "$root/opt/hub"
rm "$root"/*.tgz
cp package-lock.json .npmrc "$root/opt/hub"
(cd "$root/opt/hub" && npm ci --silent --omit=dev --omit=optional --ignore-scripts --prefer-offline)

node=$(node -p process.execPath)
cp "$node" "$root/usr/bin/node"
ldd "$node" | grep -o '/[^ ]*' | sort -u | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
echo 'hub:x:10001:10001::/data:/' >"$root/etc/passwd"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chown -R 0:0 "$root"
chown 10001:10001 "$root/data"
chmod 1777 "$root/tmp"

container=$(buildah from scratch)
buildah copy --quiet "$container" "$root" / >/dev/null
buildah config --user 10001:10001 --workingdir /opt/hub --volume /data --port 4000 --stop-signal SIGTERM \
  --env HOST=0.0.0.0 --env DATA_DIR=/data --env MALLOC_ARENA_MAX=2 --env NODE_ENV=production \
  --entrypoint '["/usr/bin/node", "--max-semi-space-size=64", "/opt/hub/dist/src/cli.js"]' --cmd start "$container"
buildah commit --quiet --rm "$container" "$name"
