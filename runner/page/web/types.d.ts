/* Shapes of the documents (runner/page), of what the page makes of them, and what of Chart.js 3.9 is
 * used. Information is in bits, errors are shares, times are in seconds. */

type Cell = number | string | null;

interface Key {
    name: string; column: string; kind: 'integer' | 'real' | 'text' | 'flag';
    usual: string; /* its default */
}

interface RunningJob {
    job: number; epoch: number; epochs: number; share: number | null; objective: number | null;
    host: string; age_s: number | null; settings: Record<string, string>;
}
interface Status {
    name: string; jobs: number; done: number; running: number; waiting: number; failed: number;
    diverged: number; lost: number; threads: number; core_hours_left: number | null;
    eta_s: number | null; queue: string | null; running_jobs: RunningJob[]; unreadable: string[];
}
interface Failure { job: number; state: string; message: string; label: string }
interface Source {
    name: string; path: string; status: Status | null; n_failures: number; failures: Failure[];
    error: string | null;
}
interface Overview {
    program: string; live: boolean; version: number; state: string; at: string; splits: string[];
    sources: Source[]; left_out?: string | null;
}
interface Sheet { columns: string[]; rows: Cell[][] }
interface PointSheet extends Sheet { keys: Key[]; shared: Record<string, string> }
interface Points { sources: PointSheet[] }
interface Jobs { sources: Sheet[] }
interface PointJob { job: number; seed: string; state: string; message: string; codes: boolean }
interface Point { point: number; settings: Record<string, string>; jobs: PointJob[] }
interface Curves { job: number; columns: string[]; rows: Cell[][] }
type Code = [label: number, prediction: number, mu: number[], factor: number[]];
interface Codes {
    job: number; K: number; classes: string[]; columns: string[]; rows: Code[];
    decoder: { weight: number[][]; bias: number[] };
}

/* A point, or a job of one: then `group` is its point, and has what the jobs of a point share. */
interface Row {
    id: string; key: string; source: number; point: number; curve: number; beta: number | null;
    seed: string | null; job: number | null; cells: Cell[]; columns: Map<string, number>;
    group: Row | null;
}
/* The mean over seeds with the ends of its interval, or the value of one job. */
interface Measure { mean: number | null; lo: number | null; hi: number | null }
interface Filter { not: string[]; min: number | null; max: number | null }

interface State {
    overview: Overview | null;
    all: Row[];    /* of the split */
    rows: Row[];   /* of them those that pass the filters, by source, curve, seed and beta */
    keys: Key[];   /* of all sources */
    telling: Key[]; /* as many of them as tell the points of a source apart */
    digits: Record<string, number>; /* by a key's column, that tell its values apart */
    curves: Map<string, Row>; /* a row of each curve; none where there are too many to tell apart */
    split: string; seeds: 'grouped' | 'single'; theme: 'auto' | 'light' | 'dark'; slope: string;
    plane: string; /* what its horizontal axis is */
    colors: '' | 'beta' | 'curve'; /* '': as suits the points */
    hidden: number[]; filters: Record<string, Filter>;
    selection: string[]; /* "source:point", in the order of choosing */
    cursor: Row | null;
}

interface PanelLife {
    draw(): void;    /* other rows, or another theme */
    news?(): void;   /* another overview */
    select?(): void; /* another selection */
}
interface Panel {
    id: string;
    place: number; /* in the order of panels */
    title: string; help: string; span?: 'double' | 'wide';
    start(body: HTMLElement): PanelLife;
}

/* A place in a chart, in the units of its axes: bits by asinh where the axis is 'bits', per cent. */
interface Spot {
    x: number; y: number; row?: Row; words?: string[];
    ends?: { left: number; middle: number; right: number; low: number; high: number };
}
type AxisKind = 'log' | 'bits' | 'linear' | 'percent';
interface Axis { kind: AxisKind; title: string; min?: number; max?: number }
interface Limit { text: string; at: (t: number) => [number, number]; dash: number[];
    place: number /* of its name on it: 0 to 1 */ }
interface Label { x: number; y: number; text: string }
interface Ellipse { x: number; y: number; l11: number; l21: number; l22: number; color: string }
interface ChartSpec {
    x: Axis; y: Axis; datasets: any[];
    spots?: Spot[]; /* what the keyboard and the pointer choose from */
    limits?: Limit[]; labels?: Label[]; ellipses?: Ellipse[]; image?: HTMLCanvasElement;
}
interface Frame { left: number; right: number; low: number; high: number }
/* A chosen point, and its place in the selection. */
interface Choice { key: string; n: number; row: Row; label: string }
interface JobCurves extends Choice { job: PointJob; curves: Curves }
interface CodeJob { id: string; key: string; row: Row; job: number; label: string }
/* Draws a part of a chart, within its axes. */
type Layer = (chart: Chart, ctx: CanvasRenderingContext2D, spec: ChartSpec) => void;
interface ChartView { chart: Chart; canvas: HTMLCanvasElement; spec: ChartSpec }
interface Column { name: string; title: string; kind: 'number' | 'percent' | 'text' }
/* What it sorts by, and how it is written. */
interface TableColumn {
    name: string; title: string; value: (row: Row) => Cell; text: (row: Row) => string;
}
interface TableView { sort: string; down: boolean; text: string; page: number; draw: () => void }
interface Entry { source?: number; point?: number; job?: number | null; cells: Cell[] }

/* Shows others; `entries` is called when somebody looks. */
type ShowValues = (columns: Column[], entries: () => Entry[]) => void;
/* Says a sentence; '' takes it away. */
type Note = (text: string) => void;
/* [name, title, kind] of what is measured. */
type MeasureColumn = [name: string, title: string, kind: 'number' | 'percent'];

interface Scale {
    min: number; max: number; ticks: { value: number }[];
    getPixelForValue(value: number): number; getValueForPixel(pixel: number): number;
}
declare class Chart {
    constructor(canvas: HTMLCanvasElement, config: any);
    static defaults: any;
    data: { datasets: any[] };
    options: any;
    ctx: CanvasRenderingContext2D;
    chartArea: { left: number; right: number; top: number; bottom: number };
    scales: { x: Scale; y: Scale };
    update(mode?: string): void;
    draw(): void;
    resize(): void;
}
