#!/usr/bin/env bash
# 电子商务平台的客户端示例：curl、sed、openssl · A marketplace's client of the credit hub: curl, sed and openssl.
#
#   sellers FILE      send the whole list of sellers, one code a line (--force: although it loses many)
#   add CODE…         put sellers on the list        remove CODE…   take sellers off it (--force last: although many go)
#   list              read the list back
#   check FILE        standing of each row of a CSV (code,name,ref)
#   changes           changes of own sellers since the last call
#   hook URL          register an address            ping ID        try it
#   replay ID A [B]   send change A, or A to B, again
#   verify HEADERS BODY   is a webhook genuine? Files of its headers and body; HUB_HOOK_SECRET is what `hook` printed
set -euo pipefail
HUB=${HUB_URL:-http://localhost:4000}
STATE=${HUB_STATE:-hub-sequence.txt}

# A token is good for 900 s. --retry waits as long as Retry-After says (429, 503).
token() {
  curl -sSf --retry 3 -u "$HUB_CLIENT:$HUB_SECRET" -d grant_type=client_credentials "$HUB/oauth/token" |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/'
}
ask() { # PATH, then options of curl. A problem (RFC 9457) is printed, and the command fails.
  local path=$1
  shift
  curl -sSN --retry 3 --fail-with-body -H "authorization: Bearer $TOKEN" -H 'x-purpose: seller check' "$@" "$HUB$path"
}
graphql() { # QUERY as JSON text, VARIABLES as JSON. An error is refused although its status is 200.
  local answer
  answer=$(ask /graphql -H 'content-type: application/json' -H 'accept: application/json' -d "{\"query\":\"$1\",\"variables\":$2}")
  echo "$answer"
  [[ $answer != *'"errors":'* ]]
}
quoted() { # CODE… → "CODE","CODE"
  local all
  all=$(printf '"%s",' "$@")
  echo "${all%,}"
}
member() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

changes() { # A page is confirmed by asking for what follows it, so the number is kept only after its changes are.
  local after page
  after=$(cat "$STATE" 2>/dev/null || true)
  while :; do
    page=$(ask "/v1/changes${after:+?after=$after}" -H 'accept: application/json') || {
      # 410: what follows the number is gone. Check all sellers anew, then go on after `next`.
      [[ $page == *CHANGES_GONE* ]] && member next <<<"$page" >"$STATE"
      echo "$page" >&2
      return 1
    }
    echo "$page"
    after=$(sed 's/.*"next":\([0-9]*\),"more":.*/\1/' <<<"$page")
    echo "$after" >"$STATE"
    [[ $page == *'"more":true}' ]] || return 0
  done
}

list() {
  local after='' page
  while :; do
    page=$(ask /v1/sellers -G ${after:+--data-urlencode "after=$after"})
    echo "$page"
    after=$(sed -n 's/.*"next":"\([^"]*\)"}$/\1/p' <<<"$page")
    [[ -n $after ]] || return 0
  done
}

check() { # Only a last line with "end":true makes the answer whole.
  ask /v1/standings -H 'content-type: text/csv' --data-binary "@$1" |
    awk '{ print; last = $0 } END { exit index(last, "{\"end\":true,") != 1 }'
}

verify() { # Standard Webhooks: HMAC-SHA-256 of "id.timestamp.body", five minutes old at most.
  local key id at signatures own age
  HEADERS=$1
  header() { grep -i "^$1:" "$HEADERS" | sed 's/^[^:]*: *//' | tr -d '\r'; }
  id=$(header webhook-id) at=$(header webhook-timestamp) signatures=$(header webhook-signature)
  age=$(($(date +%s) - at))
  ((age < 300 && age > -300)) || return 1
  key=$(base64 -d <<<"${HUB_HOOK_SECRET#whsec_}" | od -An -vtx1 | tr -d ' \n')
  own=$({ printf '%s.%s.' "$id" "$at"; cat "$2"; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
  [[ " $signatures " == *" v1,$own "* ]]
}

command=${1:-}
shift || true
case $command in '' | verify) ;; *) TOKEN=$(token) ;; esac
case $command in
  sellers) ask "/v1/sellers${2:+?force=true}" -H 'content-type: text/csv' --data-binary "@$1" ;;
  add | remove)
    force=''
    [[ ${!#} != --force ]] || { force='?force=true' && set -- "${@:1:$#-1}"; }
    ask "/v1/sellers$force" -X PATCH -H 'content-type: application/json' -d "{\"$command\":[$(quoted "$@")]}"
    ;;
  list) list ;;
  check) check "$1" ;;
  changes) changes ;;
  hook) graphql 'mutation($url: String!) { addWebhook(url: $url) { secret webhook { id } } }' "{\"url\":\"$1\"}" ;;
  ping) graphql 'mutation($id: ID!) { pingWebhook(id: $id) { status error ms } }' "{\"id\":\"$1\"}" ;;
  replay)
    graphql 'mutation($id: ID!, $from: String!, $to: String) { replayWebhook(id: $id, from: $from, to: $to) { queued } }' \
      "{\"id\":\"$1\",\"from\":\"$2\",\"to\":\"${3:-$2}\"}"
    ;;
  verify) verify "$@" ;;
  *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2 && exit 1 ;;
esac
