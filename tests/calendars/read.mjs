// Reads a calendar on standard input as ical.js and node-ical do; prints what they say as JSON. The first argument is a
// folder that holds their node_modules, the second (optional) an ISO moment until which ical.js unfolds what recurs.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [folder, until] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(folder, "package.json")));
const { default: ICAL } = await import(pathToFileURL(require.resolve("ical.js")));
const nodeIcal = require("node-ical");

const text = readFileSync(0, "utf-8");
const moment = (date) => (date ? new Date(date).toISOString() : null);
const plain = (value) => (value && typeof value === "object" && "val" in value ? value.val : value ?? "");

function byIcalJs() {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const events = calendar.getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));
  return {
    name: calendar.getFirstPropertyValue("x-wr-calname"),
    events: events.map((event) => ({
      uid: event.uid,
      summary: event.summary,
      description: event.description ?? "",
      location: event.location ?? "",
      start: moment(event.startDate.toJSDate()),
      end: event.component.hasProperty("dtend") ? moment(event.endDate.toJSDate()) : null,
      status: event.component.getFirstPropertyValue("status"),
      sequence: event.sequence,
      organizer: event.component.getFirstProperty("organizer")?.getParameter("cn") ?? "",
      occurrence: event.recurrenceId ? moment(event.recurrenceId.toJSDate()) : null,
    })),
    unfolded: until ? unfold(events, new Date(until)) : null,
  };
}

function unfold(events, end) {
  const found = [];
  for (const event of events.filter((each) => !each.isRecurrenceException())) {
    if (!event.isRecurring()) {
      found.push([moment(event.startDate.toJSDate()), event.component.getFirstPropertyValue("status")]);
      continue;
    }
    for (const other of events) if (other.uid === event.uid && other !== event) event.relateException(other);
    const iterator = event.iterator();
    for (let next = iterator.next(); next && next.toJSDate() < end; next = iterator.next()) {
      const { item, startDate } = event.getOccurrenceDetails(next);
      found.push([moment(startDate.toJSDate()), item.component.getFirstPropertyValue("status")]);
    }
  }
  return found.sort();
}

function byNodeIcal() {
  const all = Object.values(nodeIcal.sync.parseICS(text)).filter((each) => each.type === "VEVENT");
  const events = all.flatMap((each) => [each, ...new Set(Object.values(each.recurrences ?? {}))]);
  return {
    events: events.map((event) => ({
      uid: event.uid,
      summary: plain(event.summary),
      description: plain(event.description),
      location: plain(event.location),
      start: moment(event.start),
      status: event.status,
      sequence: Number(event.sequence),
    })),
  };
}

process.stdout.write(JSON.stringify({ "ical.js": byIcalJs(), "node-ical": byNodeIcal() }));
