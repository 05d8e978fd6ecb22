/**
 * Counts and measures, and their Prometheus text form (exposition format 0.0.4). By hand, since the
 * usual client library costs 33 ms at start and loads `node:` modules.
 */

/** Names and values that tell the series of one metric apart. Never text from a peer: it has no bound. */
export type MetricLabels = Readonly<Record<string, string>>;

/** Only goes up. */
export interface Counter {
  /** @throws {RangeError} if `by` is negative or not a number */
  add(by?: number, labels?: MetricLabels): void;
}

/** Goes up and down. */
export interface Gauge {
  set(value: number, labels?: MetricLabels): void;
}

/** Counts observations by size. */
export interface Histogram {
  observe(value: number, labels?: MetricLabels): void;
}

/** The metrics of a process. A name may be asked for twice and gives the same metric. */
export interface Metrics {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  /** @param bounds upper bounds of the buckets, ascending, without infinity */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  /** Calls `read` at each {@linkcode Metrics.text}, for values that are cheaper to look up than to follow. */
  onCollect(read: () => void): void;
  /** All of it in the Prometheus text format. */
  text(): string;
}

/** `Content-Type` of {@linkcode Metrics.text}. */
export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Most series of one metric. A label that takes unforeseen values must not eat the memory; what comes
 * after is counted in one series with the label `overflow="true"`.
 */
export const MAX_SERIES = 1_000;

type Kind = "counter" | "gauge" | "histogram";

interface Series {
  readonly labels: MetricLabels;
  value: number;
  /** Of a histogram: observations per bucket, not yet summed up; the last is `+Inf`. */
  readonly buckets: number[];
  count: number;
}

interface Family {
  readonly kind: Kind;
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[];
  readonly series: Map<string, Series>;
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Creates an empty set of metrics. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  const collectors: (() => void)[] = [];

  const family = (kind: Kind, name: string, help: string, bounds?: readonly number[]): Family => {
    const known = families.get(name);
    if (known === undefined) {
      const made = newFamily(kind, name, help, bounds ?? []);
      families.set(name, made);
      return made;
    }
    if (known.kind === kind) return known;
    throw new TypeError(`Cannot make '${name}' a ${kind}: it is a ${known.kind} already`);
  };
  return {
    counter(name, help): Counter {
      const own = family("counter", name, help);
      return {
        add(by = 1, labels = {}): void {
          if (!(by >= 0)) throw new RangeError(`Cannot add ${by} to the counter '${name}'`);
          seriesOf(own, labels).value += by;
        },
      };
    },
    gauge(name, help): Gauge {
      const own = family("gauge", name, help);
      return { set: (value, labels = {}) => void (seriesOf(own, labels).value = value) };
    },
    histogram(name, help, bounds): Histogram {
      const own = family("histogram", name, help, bounds);
      return { observe: (value, labels = {}) => observe(own, value, labels) };
    },
    onCollect: (read) => void collectors.push(read),
    text(): string {
      for (const read of collectors) read();
      return [...families.values()].map(formatFamily).join("");
    },
  };
}

function newFamily(kind: Kind, name: string, help: string, bounds: readonly number[]): Family {
  if (!METRIC_NAME.test(name)) {
    throw new TypeError(`Cannot name a metric ${JSON.stringify(name)}`);
  }
  if (bounds.some((bound, i) => !Number.isFinite(bound) || bound <= (bounds[i - 1] ?? -Infinity))) {
    throw new RangeError(
      `Cannot create '${name}' as its bounds must ascend: ${bounds.join(", ")}`,
    );
  }
  return { kind, name, help, bounds, series: new Map() };
}

function seriesOf(family: Family, labels: MetricLabels): Series {
  const key = formatLabels(labels);
  const known = family.series.get(key);
  if (known) return known;
  if (family.series.size >= MAX_SERIES && labels.overflow === undefined) {
    return seriesOf(family, { overflow: "true" });
  }
  const made: Series = {
    labels: { ...labels },
    value: 0,
    buckets: new Array<number>(family.kind === "histogram" ? family.bounds.length + 1 : 0).fill(0),
    count: 0,
  };
  family.series.set(key, made);
  return made;
}

function observe(family: Family, value: number, labels: MetricLabels): void {
  if (Number.isNaN(value)) return;
  const series = seriesOf(family, labels);
  const found = family.bounds.findIndex((bound) => value <= bound);
  series.buckets[found < 0 ? family.bounds.length : found]! += 1;
  series.value += value;
  series.count += 1;
}

function formatFamily(family: Family): string {
  const help = family.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  let out = `# HELP ${family.name} ${help}\n# TYPE ${family.name} ${family.kind}\n`;
  for (const series of family.series.values()) {
    out += family.kind === "histogram"
      ? formatHistogram(family, series)
      : `${family.name}${formatLabels(series.labels)} ${formatNumber(series.value)}\n`;
  }
  return out;
}

function formatHistogram({ name, bounds }: Family, series: Series): string {
  let out = "";
  let sum = 0;
  series.buckets.forEach((count, i) => {
    sum += count;
    const le = i < bounds.length ? formatNumber(bounds[i]!) : "+Inf";
    out += `${name}_bucket${formatLabels({ ...series.labels, le })} ${sum}\n`;
  });
  const labels = formatLabels(series.labels);
  return `${out}${name}_sum${labels} ${
    formatNumber(series.value)
  }\n${name}_count${labels} ${series.count}\n`;
}

function formatLabels(labels: MetricLabels): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    if (!LABEL_NAME.test(name)) throw new TypeError(`Cannot name a label ${JSON.stringify(name)}`);
    const escaped = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
    return `${name}="${escaped}"`;
  });
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function formatNumber(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return Number.isNaN(value) ? "NaN" : String(value);
}
