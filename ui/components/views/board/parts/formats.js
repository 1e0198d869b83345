// Numbers and dates in the reader's language and time zone. Amounts come as decimal strings.

const DAY = 86_400_000;
const HOUR = 3_600_000;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }; // as the server writes it

export class Formats {
  constructor(locale, zone) {
    this.locale = locale || undefined;
    this.zone = zone || undefined;
    this.made = new Map();
    this.plain = new Intl.NumberFormat(this.locale);
    this.relative = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" });
  }

  count(number) {
    return this.plain.format(number);
  }

  money({ amount, currency }) {
    const whole = !/\.\d*[1-9]/.test(amount);
    try {
      return this.keep(`${currency}${whole}`, () => new Intl.NumberFormat(this.locale, {
        style: "currency", currency, currencyDisplay: "narrowSymbol",
        minimumFractionDigits: whole ? 0 : 2, maximumFractionDigits: whole ? 0 : 2,
      })).format(amount);
    } catch {
      return `${this.plain.format(amount)} ${currency ?? ""}`.trim(); // a currency that Intl does not know
    }
  }

  sums(sums) {
    return sums.map((sum) => this.money(sum)).join(" · ");
  }

  /** What a due date looks like: `late` is true once the day, or the minute of a date-time, has passed. */
  due(text, now) {
    const dayOnly = text.length === 10;
    const at = new Date(dayOnly ? `${text}T00:00:00Z` : text);
    const zone = dayOnly ? "UTC" : this.zone;
    const near = (days) => this.relative.format(days, "day") + (dayOnly ? "" : `, ${this.time(at)}`);
    const days = Math.round((Date.parse(this.day(at, zone)) - Date.parse(this.day(now, this.zone))) / DAY);
    return {
      late: dayOnly ? days < 0 : at < now,
      text: Math.abs(days) <= 1 ? near(days) : this.short(at, zone, now),
      full: this.full(at, zone, !dayOnly),
    };
  }

  /** How long ago, in the largest unit that fits: days, hours or minutes. */
  age(text, now) {
    const past = Math.max(0, now - Date.parse(text));
    if (past >= DAY) return this.unit(Math.floor(past / DAY), "day");
    if (past >= HOUR) return this.unit(Math.floor(past / HOUR), "hour");
    return this.unit(Math.max(1, Math.floor(past / 60_000)), "minute");
  }

  full(at, zone = this.zone, withTime = true) {
    const time = withTime ? CLOCK : {};
    return this.keep(`full${zone}${withTime}`, () => new Intl.DateTimeFormat(this.locale, {
      day: "numeric", month: "long", year: "numeric", timeZone: zone, ...time,
    })).format(at);
  }

  time(at) {
    return this.keep("time", () => new Intl.DateTimeFormat(this.locale, { ...CLOCK, timeZone: this.zone })).format(at);
  }

  short(at, zone, now) {
    const year = at.getUTCFullYear() === now.getUTCFullYear() ? {} : { year: "numeric" };
    const format = this.keep(`short${zone}${"year" in year}`, () => new Intl.DateTimeFormat(this.locale, {
      day: "numeric", month: "short", timeZone: zone, ...year,
    }));
    if (!this.locale?.startsWith("ru")) return format.format(at);
    // A card has room for "21 ноя", not for "21 нояб. 2026 г."
    const parts = format.formatToParts(at).map(({ type, value }) => (type === "month" ? value.slice(0, 3) : value));
    return parts.join("").replace(/\sг\.$/, "");
  }

  /** The calendar day of a moment in a zone, as YYYY-MM-DD. */
  day(at, zone) {
    return this.keep(`day${zone}`, () => new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" })).format(at);
  }

  unit(number, unit) {
    return this.keep(unit, () => new Intl.NumberFormat(this.locale, { style: "unit", unit, unitDisplay: "short" })).format(number);
  }

  keep(key, make) {
    if (!this.made.has(key)) this.made.set(key, make());
    return this.made.get(key);
  }
}
