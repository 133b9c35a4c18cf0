#!/bin/sh
# Runs a command as hub.service runs the hub: its dynamic user, folders, settings and secret. Copy to /usr/local/sbin/hub (mode 0755); as root: hub status
# The service may run or not. A secret that `systemctl edit hub` adds is added here too. Files that a command reads must be readable by all users.
set -eu
exec systemd-run --quiet --collect --wait --pty --pipe --service-type=exec \
  --property=User=hub --property=DynamicUser=yes \
  --property=StateDirectory=hub --property=StateDirectoryMode=0700 --property=LogsDirectory=hub --property=LogsDirectoryMode=0700 \
  --property=UMask=0077 --property=NoNewPrivileges=yes --property=ProtectSystem=strict --property=WorkingDirectory=/opt/hub \
  --property=EnvironmentFile=-/etc/hub/settings --property=LoadCredential=database-url:/etc/hub/database-url \
  --setenv=DATA_DIR=/var/lib/hub --setenv=LOG_FILE=/var/log/hub/hub.log --setenv=MALLOC_ARENA_MAX=2 \
  -- /bin/sh -c 'export DATABASE_URL_FILE="$CREDENTIALS_DIRECTORY/database-url"; exec /usr/bin/node /opt/hub/dist/src/cli.js "$@"' hub "$@"
