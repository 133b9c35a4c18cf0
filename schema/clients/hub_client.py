#!/usr/bin/env python3
"""电子商务平台的客户端示例，只用标准库 · A marketplace's client of the credit hub, standard library only (Python 3.8).

  sellers FILE      send the whole list of sellers, one code a line (--force: although it loses many)
  add CODE...       put sellers on the list        remove CODE...  take sellers off it (--force: although many go)
  list              read the list back
  check FILE        standing of each row of a CSV (code,name,ref)
  changes           changes of own sellers since the last call
  hook URL          register an address            ping ID         try it
  replay ID A [B]   send change A, or A to B, again
  receive PORT      take webhooks; HUB_HOOK_SECRET is the secret that `hook` printed
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HUB = os.environ.get("HUB_URL", "http://localhost:4000")
STATE = os.environ.get("HUB_STATE", "hub-sequence.txt")
_token = {"text": "", "until": 0.0}


class HubError(Exception):
    def __init__(self, code, problem):
        super().__init__(f"{code}: {problem.get('detail') or problem.get('message') or ''}")
        self.code, self.problem = code, problem


def bearer():
    """Token: asked for once, and again a minute before it ends."""
    if time.time() < _token["until"]:
        return _token["text"]
    pair = ":".join(urllib.parse.quote(os.environ.get(name, ""), safe="") for name in ("HUB_CLIENT", "HUB_SECRET"))
    request = urllib.request.Request(
        HUB + "/oauth/token",
        data=b"grant_type=client_credentials",
        headers={"authorization": "Basic " + base64.b64encode(pair.encode()).decode()},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            given = json.load(answer)
    except urllib.error.HTTPError as error:
        # 401 invalid_client: a wrong name or secret. 400 unauthorized_client: not confirmed yet.
        try:
            told = json.load(error)
        except ValueError:
            told = {}
        raise HubError(told.get("error", "TOKEN"), {"detail": told.get("error_description", error.code)}) from None
    _token.update(text=given["access_token"], until=time.time() + given["expires_in"] - 60)
    return _token["text"]


def ask(path, method="GET", data=None, headers=None, tries=3):
    """One request. 429 and 503 say when to come again; a problem (RFC 9457) has a stable `code`."""
    sent = {"x-purpose": "seller check", **(headers or {}), "authorization": "Bearer " + bearer()}
    try:
        return urllib.request.urlopen(urllib.request.Request(HUB + path, data=data, headers=sent, method=method), timeout=120)
    except urllib.error.HTTPError as error:
        if error.code in (429, 503) and tries > 1:
            time.sleep(min(int(error.headers.get("retry-after") or 1), 60))
            return ask(path, method, data, headers, tries - 1)
        try:
            problem = json.load(error)
        except ValueError:
            problem = {}
        raise HubError(str(problem.get("code", error.code)), problem) from None


def ask_json(path, method="GET", body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    sent = {"accept": "application/json", **({} if body is None else {"content-type": "application/json"}), **(headers or {})}
    with ask(path, method, data, sent) as answer:
        return json.load(answer)


def graphql(query, **variables):
    answer = ask_json("/graphql", "POST", {"query": query, "variables": variables})
    if answer.get("errors"):
        error = answer["errors"][0]
        raise HubError(error.get("extensions", {}).get("code", ""), error)
    return answer["data"]


def send_sellers(content, force=False):
    path = "/v1/sellers" + ("?force=true" if force else "")
    with ask(path, "POST", content, {"content-type": "text/csv"}) as answer:
        return json.load(answer)


def listed():
    after = None
    while True:
        page = ask_json("/v1/sellers" + ("?after=" + urllib.parse.quote(after) if after else ""))
        yield from page["entries"]
        after = page["next"]
        if after is None:
            return


def check(content):
    """Lines come while the hub works; only a last line with "end": true makes the answer whole."""
    with ask("/v1/standings", "POST", content, {"content-type": "text/csv"}) as answer:
        for line in answer:
            row = json.loads(line)
            if row.get("end") is True:
                return
            if row.get("end") is False:
                raise HubError(row["error"]["code"], row["error"])
            yield row
    raise HubError("BROKEN", {"detail": "the connection broke: go on with the next row"})


def changes():
    """A page is confirmed by asking for what follows it, so the number is kept only after its changes are."""
    after = open(STATE).read().strip() if os.path.exists(STATE) else ""
    while True:
        page = ask_json("/v1/changes" + (f"?after={after}" if after else ""))
        yield from page["changes"]
        after = str(page["next"])
        keep(after)
        if not page["more"]:
            return


def keep(number):
    with open(STATE, "w") as file:
        file.write(str(number))


def is_genuine(secret, headers, body):
    """Standard Webhooks: HMAC-SHA-256 of "id.timestamp.body", five minutes old at most."""
    message, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not at.isdigit() or abs(time.time() - int(at)) >= 300:
        return False
    key = base64.b64decode(secret.replace("whsec_", "", 1))
    digest = hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
    own = "v1," + base64.b64encode(digest).decode()
    return any(hmac.compare_digest(one, own) for one in headers.get("webhook-signature", "").split(" "))


def receive(port):
    secret, seen = os.environ.get("HUB_HOOK_SECRET", ""), set()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            genuine = is_genuine(secret, self.headers, body)
            # A message may come twice. Keep it first, then answer 2xx: what is not confirmed comes again.
            if genuine and self.headers["webhook-id"] not in seen:
                seen.add(self.headers["webhook-id"])
                print(body.decode(), flush=True)
            self.send_response(204 if genuine else 401)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("", port), Receiver)
    print(f"listening on {port}", file=sys.stderr, flush=True)
    server.serve_forever()


def say(value):
    print(json.dumps(value, ensure_ascii=False), flush=True)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main(command="", *given):
    values = [one for one in given if one != "--force"]
    if command == "sellers":
        say(send_sellers(read(values[0]), force="--force" in given))
    elif command in ("add", "remove"):
        say(ask_json("/v1/sellers" + ("?force=true" if "--force" in given else ""), "PATCH", {command: values}))
    elif command == "list":
        for seller in listed():
            say(seller)
    elif command == "check":
        for row in check(read(values[0])):
            say(row)
    elif command == "changes":
        for change in changes():
            say(change)
    elif command == "hook":
        query = "mutation($url: String!) { addWebhook(url: $url) { secret webhook { id } } }"
        say(graphql(query, url=values[0])["addWebhook"])
    elif command == "ping":
        say(graphql("mutation($id: ID!) { pingWebhook(id: $id) { status error ms } }", id=values[0])["pingWebhook"])
    elif command == "replay":
        query = "mutation($id: ID!, $from: String!, $to: String) { replayWebhook(id: $id, from: $from, to: $to) { queued } }"
        say(graphql(query, **{"id": values[0], "from": values[1], "to": values[-1]})["replayWebhook"])
    elif command == "receive":
        receive(int(values[0]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except HubError as error:
        # 410: what follows the number is gone. Check all sellers anew, then go on after `next`.
        if error.code == "CHANGES_GONE":
            keep(error.problem["next"])
        sys.exit(str(error))
