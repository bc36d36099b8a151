"""Makes anchors of the first form (one tree over tickets, cases and calendars) out of those of a file, as a database of before would have them.
    psql -X -A -t -f events.sql | python3 first_form.py anchors.jsonl"""
import json, sys
from datetime import datetime
from recompute import field, root, sha, visible

anchors = [json.loads(line) for line in open(sys.argv[1])]
rows, chains, link = [json.loads(line) for line in sys.stdin], {}, bytes(32)
for row in rows:
    subject = f"{row['kind']}:{row['id']}"
    row["subject"] = subject
    row["hash"] = chains[subject] = sha(row["body"].encode()) if row["kind"] == "calendar" else sha(
        chains.get(subject, bytes(32)), field(subject), field(row["seq"]), *map(field, row["fields"]))
seconds = lambda text: int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
for anchor in anchors:
    heads = {}
    for kind in ("ticket", "case", "calendar"):
        for row in rows:
            if row["kind"] == kind and row["id"] <= anchor["last_" + kind] and visible(row["xid"], anchor["boundary"]) and row.get("recorded", 0) <= seconds(anchor["last_recorded"]):
                heads[row["subject"]] = row
    top = root([sha(b"\0", field(s), field(r["seq"]), r["hash"]) for s, r in heads.items()])
    for name in ("format", "last_contract", "contracts", "tickets_root", "cases_root", "calendars_root", "contracts_root"):
        del anchor[name]
    anchor["root"], anchor["previous_link"] = top.hex(), link.hex()
    link = sha(b"\2", link, top, *map(field, [anchor["number"], anchor["day"], seconds(anchor["made_at"]), anchor["boundary"], seconds(anchor["last_recorded"])]),
               *(field(anchor[name]) for name in ("last_ticket", "last_case", "last_calendar", "tickets", "cases", "calendars")))
    anchor["link"] = link.hex()
    print(json.dumps(anchor))
