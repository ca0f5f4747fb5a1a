-- The database of one sweep. Run as one transaction on an empty file by store_schema.c, which adds
-- table `setting`, a column for each configuration key, and fills table `method`.
--
-- Units: information is in bits per example, time spans are in seconds, points in time are ISO 8601
-- text in UTC with milliseconds (2026-01-31T23:59:59.123Z). NULL means unknown, not a finite number
-- (NaN and infinities are never stored), or, in table setting, that the key does not matter. In
-- names of files, bytes that are no UTF-8 stand as \xNN.
--
-- A sweep replaces the views by its program's own where they differ, and adds the columns of keys
-- that are new to the database.

PRAGMA application_id = 1447641683; -- 0x56494253, "VIBS"
PRAGMA user_version = 5;            -- of this schema; a change to its tables raises it

-- The splits of a data set, in the order for people. Names of splits stand in this table alone.
CREATE TABLE split (
    name  TEXT PRIMARY KEY NOT NULL,
    place INTEGER NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;
INSERT INTO split VALUES ('train', 0), ('validation', 1), ('test', 2);

-- What the methods are like; filled by the program from its own table, core/method.h.
CREATE TABLE method (
    name       TEXT PRIMARY KEY NOT NULL,
    stochastic INTEGER NOT NULL CHECK (stochastic IN (0, 1)), -- z is drawn from p(z|x); else the
                                    -- code is deterministic, and I(Z;X) has neither meaning nor
                                    -- bounds
    rate       INTEGER NOT NULL CHECK (rate IN (0, 1)), -- J has a rate KL(p(z|x) || r(z))
    trade_off  TEXT                 -- the key that trades it for the fit: 'beta'; NULL: none
) STRICT, WITHOUT ROWID;

-- One invocation of the program on this database.
CREATE TABLE run (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again
    uid           TEXT NOT NULL UNIQUE -- random; tells the run from those of any other database
        DEFAULT (lower(hex(randomblob(16)))) CHECK (length(uid) = 32),
    sweep         TEXT NOT NULL,    -- name of the sweep
    config_path   TEXT NOT NULL,    -- configuration file, as given on the command line
    config_text   TEXT NOT NULL,    -- its whole text, then one comment line per --set
    version       TEXT NOT NULL,    -- of the program
    build         TEXT NOT NULL,    -- compiler, flags, matrix library
    libraries     TEXT NOT NULL,    -- libraries and their versions, as loaded
    host          TEXT NOT NULL,    -- host name
    host_identity TEXT NOT NULL,    -- machine, its boot, process name space; '' = unknown
    cpu           TEXT NOT NULL,    -- processor model; '' = unknown
    threads       INTEGER NOT NULL CHECK (threads >= 1), -- that compute: -j
    pid           INTEGER NOT NULL CHECK (pid >= 1),     -- process number
    process_start INTEGER NOT NULL, -- start of the process, clock ticks since boot; 0 = unknown
    started_at    TEXT NOT NULL,    -- UTC
    heartbeat_at  TEXT NOT NULL,    -- UTC, last sign of life
    ended_at      TEXT,             -- UTC; NULL while it runs, and when it was lost
    outcome       TEXT      -- NULL while it runs; lost: it vanished, its jobs were taken back
        CHECK (outcome IN ('complete', 'incomplete', 'interrupted', 'lost')),
    merged        INTEGER NOT NULL DEFAULT 0 CHECK (merged IN (0, 1)), -- 1: it ran on another
                            -- database, whose jobs were merged: whether it lives is told there
    CHECK ((outcome IS NULL OR outcome = 'lost') = (ended_at IS NULL))
) STRICT;

-- A data set that jobs were trained on, as it was loaded.
CREATE TABLE dataset (
    digest  TEXT PRIMARY KEY NOT NULL -- SHA-256 (hex) of shapes, inputs and labels of all splits
        CHECK (length(digest) = 64),
    name    TEXT NOT NULL,
    dim     INTEGER NOT NULL CHECK (dim >= 1),     -- inputs per example
    classes INTEGER NOT NULL CHECK (classes >= 2), -- number of labels
    ixy     REAL, -- bits, the true I(X;Y); NULL when unknown
    ixy_se  REAL  -- bits, standard error of ixy (Monte Carlo)
) STRICT, WITHOUT ROWID;

-- Its splits.
CREATE TABLE dataset_split (
    dataset_digest TEXT NOT NULL REFERENCES dataset (digest) ON DELETE CASCADE,
    split          TEXT NOT NULL REFERENCES split (name),
    n              INTEGER NOT NULL CHECK (n >= 1), -- examples
    h_y            REAL NOT NULL,                   -- bits, H(Y): entropy of the labels
    PRIMARY KEY (dataset_digest, split)
) STRICT, WITHOUT ROWID;

-- The labels that its classes stand for; no rows where each class is its own number.
CREATE TABLE dataset_class (
    dataset_digest TEXT NOT NULL REFERENCES dataset (digest) ON DELETE CASCADE,
    class          INTEGER NOT NULL CHECK (class >= 0), -- as in code.label
    name           TEXT NOT NULL,
    PRIMARY KEY (dataset_digest, class)
) STRICT, WITHOUT ROWID;

-- What made inputs standard: a model saw (x - mean) / deviation.
CREATE TABLE input_scale (
    digest    TEXT PRIMARY KEY NOT NULL -- SHA-256 (hex) of mean, then deviation, as little-endian
        CHECK (length(digest) = 64),    -- float32
    mean      TEXT NOT NULL,            -- JSON, one number per input, of the training examples
    deviation TEXT NOT NULL             -- JSON, their standard deviation
) STRICT, WITHOUT ROWID;

-- A point of the grid, and what became of it. Its values are the row of table `setting` whose
-- column `job` is its id: one column per configuration key, its name with '_' for '.', NULL where
-- the key does not matter to the job's method or data. `vib-sweep keys` explains them.
CREATE TABLE job (
    -- Ascends in the order of the grid; never used again.
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    -- SHA-256 (hex) of all that determines the result; of all but the seed, alike for the jobs of
    -- one point; and of all but the seed and the key of the method's trade-off, alike for the
    -- points of one curve.
    identity       TEXT NOT NULL UNIQUE CHECK (length(identity) = 64),
    point_identity TEXT NOT NULL CHECK (length(point_identity) = 64),
    curve_identity TEXT NOT NULL CHECK (length(curve_identity) = 64),
    numerics       INTEGER NOT NULL, -- version of the arithmetic; another gives other results
    dataset_digest TEXT NOT NULL REFERENCES dataset (digest),

    state       TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'running', 'done', 'diverged', 'failed')),
    attempts    INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0), -- how often it was started
    run         INTEGER REFERENCES run (id), -- the run that started it last
    worker      INTEGER CHECK (worker >= 0), -- that run's thread, from 0; NULL until the job ended
    created_at  TEXT NOT NULL,               -- UTC
    started_at  TEXT,                        -- UTC, of the last attempt
    finished_at TEXT,                        -- UTC; NULL until done, diverged or failed
    train_s     REAL NOT NULL DEFAULT 0 CHECK (train_s >= 0),       -- seconds in training steps
    evaluate_s  REAL NOT NULL DEFAULT 0 CHECK (evaluate_s >= 0),    -- seconds in evaluation
    examples    INTEGER NOT NULL DEFAULT 0 CHECK (examples >= 0),   -- training examples processed
    objective   REAL,                        -- bits, mean J over the last epoch's steps
    message     TEXT NOT NULL DEFAULT '',    -- what went wrong, or a note
    weights     TEXT, -- file of the final weights, relative to the database's folder; NULL when
                      -- none was asked for; a job that could not write it is failed
    input_scale TEXT REFERENCES input_scale (digest), -- NULL: its inputs are not standardized
    -- Of the compression in the last step, J = CE + this * compression: beta, or what it had become
    -- by then, such as beta u'(R); where early stopping went back, in the last step of the weights
    -- that were measured. NULL: unknown.
    effective_weight REAL,
    CHECK (state <> 'running' OR run IS NOT NULL)
) STRICT;

-- Finds the jobs of a run that died without reading the whole table.
CREATE INDEX job_running ON job (run) WHERE state = 'running';

-- How far a running job is, written with its run's heartbeats; none for the others, so nothing that
-- a result depends on, and never exported or merged.
CREATE TABLE progress (
    job             INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    run             INTEGER NOT NULL REFERENCES run (id),          -- that runs it
    epoch           INTEGER NOT NULL CHECK (epoch >= 0),           -- epochs completed
    step            INTEGER NOT NULL CHECK (step >= 0),            -- steps done in the next one
    steps_per_epoch INTEGER NOT NULL CHECK (steps_per_epoch >= 1),
    share           REAL NOT NULL CHECK (share BETWEEN 0 AND 1),   -- of the job's work that is done
    objective       REAL, -- bits, mean J over the steps of the epoch under way
    at              TEXT NOT NULL -- UTC
) STRICT;

-- What a finished job measured at its end; a row for every job that is done and split of its data.
-- Of a deterministic code izy_lower bounds I(Z;Y), too, but izx_upper is NULL, as it is for all that
-- have no rate. The last three columns, and izy_lower of deterministic codes, are NULL where an
-- older program measured.
CREATE TABLE result (
    job       INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    split     TEXT NOT NULL REFERENCES split (name),
    epoch     INTEGER NOT NULL CHECK (epoch >= 1), -- epochs completed by the weights that were
                                                   -- measured; early stopping goes back to these
    n         INTEGER NOT NULL CHECK (n >= 1),     -- examples in the split
    error     REAL, -- share misclassified, 0..1, one sample of z per example
    error_mc  REAL, -- the same, class probabilities averaged over S samples of z
    ce        REAL, -- bits, E[-log2 q(y|z)], one sample of z per example
    ce_mc     REAL, -- bits, E[-log2 mean_s q(y|z_s)] over S samples
    h_y       REAL, -- bits, H(Y): entropy of the split's labels
    izy_lower REAL, -- bits, h_y - ce <= I(Z;Y)
    izy_lower_se REAL, -- bits, its standard error over the examples
    izy_mc    REAL, -- bits, h_y - ce_mc; bounds I(Y; Z_1..Z_S) of all S samples, not I(Z;Y)
    izx_upper REAL, -- bits, E[KL(p(z|x) || r(z))] >= I(Z;X), the rate
    log2_n    REAL NOT NULL, -- bits, I(Z;X) with X uniform over n examples is never above it
    error_mu  REAL, -- share misclassified at z = mu(x), the mean of p(z|x)
    izx_upper_se REAL, -- bits, standard error of izx_upper where it is sampled; NULL: it is exact
    izx_y_upper  REAL, -- bits, E[KL(p(z|x) || b(z|y))] >= I(X;Z|Y), of CEB; NULL for others
    PRIMARY KEY (job, split)
) STRICT, WITHOUT ROWID;

-- The way there: every evaluation of a job that is done, diverged or failed. Columns as in result.
CREATE TABLE epoch (
    job       INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    split     TEXT NOT NULL REFERENCES split (name),
    epoch     INTEGER NOT NULL CHECK (epoch >= 1), -- epochs completed
    n         INTEGER NOT NULL CHECK (n >= 1),     -- examples in the split
    error     REAL, -- share misclassified, 0..1, one sample of z per example
    error_mc  REAL, -- the same, class probabilities averaged over S samples of z
    ce        REAL, -- bits, E[-log2 q(y|z)], one sample of z per example
    ce_mc     REAL, -- bits, E[-log2 mean_s q(y|z_s)] over S samples
    h_y       REAL, -- bits, H(Y): entropy of the split's labels
    izy_lower REAL, -- bits, h_y - ce <= I(Z;Y)
    izy_lower_se REAL, -- bits, its standard error over the examples
    izy_mc    REAL, -- bits, h_y - ce_mc; bounds I(Y; Z_1..Z_S) of all S samples, not I(Z;Y)
    izx_upper REAL, -- bits, E[KL(p(z|x) || r(z))] >= I(Z;X), the rate
    lr        REAL, -- step size of that epoch
    error_mu  REAL, -- share misclassified at z = mu(x), the mean of p(z|x)
    izx_upper_se REAL, -- bits, standard error of izx_upper where it is sampled; NULL: it is exact
    izx_y_upper  REAL, -- bits, E[KL(p(z|x) || b(z|y))] >= I(X;Z|Y), of CEB; NULL for others
    PRIMARY KEY (job, epoch, split)
) STRICT, WITHOUT ROWID;

-- Estimates of a quantity at the end of a job that is done, X being uniform over the examples of
-- the split: see core/bounds.h and core/residual.h for what each is. None for the methods whose
-- code is not stochastic, and none by an estimator whose value was not finite.
CREATE TABLE bound (
    job       INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    quantity  TEXT NOT NULL, -- what is bounded: 'izx', I(Z;X), or 'izx_y', I(X;Z|Y): what the
                             -- code keeps of x beside y, by the same estimators within the classes
    split     TEXT NOT NULL REFERENCES split (name),
    estimator TEXT NOT NULL,
    side      TEXT NOT NULL CHECK (side IN ('lower', 'upper')), -- of the quantity that it is on
    n         INTEGER NOT NULL CHECK (n >= 1), -- examples used
    bits      REAL, -- the estimate
    se        REAL, -- bits, its standard error over these examples
    cap       REAL NOT NULL, -- bits, over n examples the quantity is never above it: log2 n, or
                             -- log2 n - H(Y) of these examples
    PRIMARY KEY (job, quantity, split, estimator)
) STRICT, WITHOUT ROWID;

-- The same along the way, every evaluate.bounds_every epochs, of jobs that are done, diverged or
-- failed.
CREATE TABLE epoch_bound (
    job       INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    epoch     INTEGER NOT NULL CHECK (epoch >= 1), -- epochs completed
    quantity  TEXT NOT NULL,
    split     TEXT NOT NULL REFERENCES split (name),
    estimator TEXT NOT NULL,
    side      TEXT NOT NULL CHECK (side IN ('lower', 'upper')),
    n         INTEGER NOT NULL CHECK (n >= 1), -- examples used
    bits      REAL,
    se        REAL,
    cap       REAL NOT NULL,
    PRIMARY KEY (job, epoch, quantity, split, estimator)
) STRICT, WITHOUT ROWID;

-- Codes of the first save.codes test examples of a job that is done.
CREATE TABLE code (
    job        INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    example    INTEGER NOT NULL CHECK (example >= 0), -- of the test split, from 0
    label      INTEGER NOT NULL,
    prediction INTEGER NOT NULL, -- the class that error_mc counts
    mu         TEXT NOT NULL,    -- JSON, mean of p(z|x): K numbers
    factor     TEXT NOT NULL,    -- JSON, L of the covariance L L^T: its diagonal, K numbers, then,
                                 -- with full covariance, what is below it, row by row; [] when the
                                 -- code is deterministic
    PRIMARY KEY (job, example)
) STRICT, WITHOUT ROWID;

-- The decoder of the jobs whose codes were kept: q(y|z) = softmax(z W + b).
CREATE TABLE decoder (
    job    INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    weight TEXT NOT NULL, -- JSON, W: K rows of one number per class
    bias   TEXT NOT NULL  -- JSON, b: one number per class
) STRICT;

-- The labels of a split, example by example, as jobs saw them.
CREATE TABLE label_list (
    digest TEXT PRIMARY KEY NOT NULL -- SHA-256 (hex) of them as little-endian 16-bit numbers
        CHECK (length(digest) = 64),
    labels TEXT NOT NULL             -- JSON, one class per example
) STRICT, WITHOUT ROWID;

-- What a job that is done takes each example of a split for, where save.predictions asked for it:
-- JSON, one class per example. Where it is another than the label, the error of that column counts.
CREATE TABLE prediction (
    job        INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    split      TEXT NOT NULL REFERENCES split (name),
    labels     TEXT NOT NULL REFERENCES label_list (digest),
    one_sample TEXT NOT NULL, -- by one sample of z: result.error
    averaged   TEXT NOT NULL, -- by the average over samples: result.error_mc
    at_mean    TEXT NOT NULL, -- at z = mu(x): result.error_mu
    PRIMARY KEY (job, split)
) STRICT, WITHOUT ROWID;

-- Student's t, its 0.975 quantile: mean +- t95 * s / sqrt(n) covers 95 % for n = df + 1 seeds.
-- Every whole number of degrees of freedom to 200; between two rows beyond, the one of fewer holds,
-- which errs towards a wider interval.
CREATE TABLE student_t (
    df  INTEGER PRIMARY KEY,
    t95 REAL NOT NULL
) STRICT;
INSERT INTO student_t
VALUES (1, 12.706205), (2, 4.302653), (3, 3.182446), (4, 2.776445), (5, 2.570582), (6, 2.446912),
       (7, 2.364624), (8, 2.306004), (9, 2.262157), (10, 2.228139), (11, 2.200985), (12, 2.178813),
       (13, 2.160369), (14, 2.144787), (15, 2.131450), (16, 2.119905), (17, 2.109816),
       (18, 2.100922), (19, 2.093024), (20, 2.085963), (21, 2.079614), (22, 2.073873),
       (23, 2.068658), (24, 2.063899), (25, 2.059539), (26, 2.055529), (27, 2.051831),
       (28, 2.048407), (29, 2.045230), (30, 2.042272), (31, 2.039513), (32, 2.036933),
       (33, 2.034515), (34, 2.032245), (35, 2.030108), (36, 2.028094), (37, 2.026192),
       (38, 2.024394), (39, 2.022691), (40, 2.021075), (41, 2.019541), (42, 2.018082),
       (43, 2.016692), (44, 2.015368), (45, 2.014103), (46, 2.012896), (47, 2.011741),
       (48, 2.010635), (49, 2.009575), (50, 2.008559), (51, 2.007584), (52, 2.006647),
       (53, 2.005746), (54, 2.004879), (55, 2.004045), (56, 2.003241), (57, 2.002465),
       (58, 2.001717), (59, 2.000995), (60, 2.000298), (61, 1.999624), (62, 1.998972),
       (63, 1.998341), (64, 1.997730), (65, 1.997138), (66, 1.996564), (67, 1.996008),
       (68, 1.995469), (69, 1.994945), (70, 1.994437), (71, 1.993943), (72, 1.993464),
       (73, 1.992997), (74, 1.992543), (75, 1.992102), (76, 1.991673), (77, 1.991254),
       (78, 1.990847), (79, 1.990450), (80, 1.990063), (81, 1.989686), (82, 1.989319),
       (83, 1.988960), (84, 1.988610), (85, 1.988268), (86, 1.987934), (87, 1.987608),
       (88, 1.987290), (89, 1.986979), (90, 1.986675), (91, 1.986377), (92, 1.986086),
       (93, 1.985802), (94, 1.985523), (95, 1.985251), (96, 1.984984), (97, 1.984723),
       (98, 1.984467), (99, 1.984217), (100, 1.983972), (101, 1.983731), (102, 1.983495),
       (103, 1.983264), (104, 1.983038), (105, 1.982815), (106, 1.982597), (107, 1.982383),
       (108, 1.982173), (109, 1.981967), (110, 1.981765), (111, 1.981567), (112, 1.981372),
       (113, 1.981180), (114, 1.980992), (115, 1.980808), (116, 1.980626), (117, 1.980448),
       (118, 1.980272), (119, 1.980100), (120, 1.979930), (121, 1.979764), (122, 1.979600),
       (123, 1.979439), (124, 1.979280), (125, 1.979124), (126, 1.978971), (127, 1.978820),
       (128, 1.978671), (129, 1.978524), (130, 1.978380), (131, 1.978239), (132, 1.978099),
       (133, 1.977961), (134, 1.977826), (135, 1.977692), (136, 1.977561), (137, 1.977431),
       (138, 1.977304), (139, 1.977178), (140, 1.977054), (141, 1.976931), (142, 1.976811),
       (143, 1.976692), (144, 1.976575), (145, 1.976460), (146, 1.976346), (147, 1.976233),
       (148, 1.976122), (149, 1.976013), (150, 1.975905), (151, 1.975799), (152, 1.975694),
       (153, 1.975590), (154, 1.975488), (155, 1.975387), (156, 1.975288), (157, 1.975189),
       (158, 1.975092), (159, 1.974996), (160, 1.974902), (161, 1.974808), (162, 1.974716),
       (163, 1.974625), (164, 1.974535), (165, 1.974446), (166, 1.974358), (167, 1.974271),
       (168, 1.974185), (169, 1.974100), (170, 1.974017), (171, 1.973934), (172, 1.973852),
       (173, 1.973771), (174, 1.973691), (175, 1.973612), (176, 1.973534), (177, 1.973457),
       (178, 1.973381), (179, 1.973305), (180, 1.973231), (181, 1.973157), (182, 1.973084),
       (183, 1.973012), (184, 1.972941), (185, 1.972870), (186, 1.972800), (187, 1.972731),
       (188, 1.972663), (189, 1.972595), (190, 1.972528), (191, 1.972462), (192, 1.972396),
       (193, 1.972332), (194, 1.972268), (195, 1.972204), (196, 1.972141), (197, 1.972079),
       (198, 1.972017), (199, 1.971957), (200, 1.971896), (250, 1.969498), (300, 1.967903),
       (400, 1.965912), (500, 1.964720), (1000, 1.962339), (2000, 1.961151), (5000, 1.960439),
       (10000, 1.960201);

-- Every estimate as a bound on its quantity with X uniform over the whole split: a Monte Carlo one,
-- or one from some of the examples, with two standard errors to the safe side. Such a bound holds
-- with the confidence of these, not for certain: an estimate near log2 n, from few examples, is
-- skewed, and its standard error too small. From some of the examples only the lower ones and
-- leave_one_out hold for the whole. The other estimators without Monte Carlo are exact from the
-- whole split.
CREATE VIEW valid_estimate AS
SELECT bound.job, bound.quantity, bound.split, bound.estimator, bound.side,
       CASE WHEN bound.n = result.n AND bound.estimator NOT IN ('mixture', 'leave_one_out')
            THEN bound.bits
            WHEN bound.side = 'lower' THEN bound.bits - 2 * bound.se
            ELSE bound.bits + 2 * bound.se END AS bits
FROM bound JOIN result ON result.job = bound.job AND result.split = bound.split
WHERE bound.estimator <> 'rate'
  AND (bound.side = 'lower' OR bound.estimator = 'leave_one_out' OR bound.n = result.n);

-- All valid bounds on I(Z;X). The rate is exact, or has its own standard error; log2 n is exact.
CREATE VIEW valid_bound AS
SELECT job, split, estimator, side, bits FROM valid_estimate WHERE quantity = 'izx'
UNION ALL
SELECT job, split, 'rate', 'upper', izx_upper + 2 * coalesce(izx_upper_se, 0)
FROM result WHERE izx_upper IS NOT NULL
UNION ALL
SELECT result.job, result.split, 'log2_n', 'upper', result.log2_n
FROM result JOIN setting ON setting.job = result.job JOIN method ON method.name = setting.method
WHERE method.stochastic;

-- The way there, between bounds: every evaluation beside which there are estimates of I(Z;X), with
-- the tightest valid bounds of that moment, by the rules of valid_bound.
CREATE VIEW trajectory AS
SELECT job, split, epoch, izy_lower, izx_upper, min(lower, coalesce(upper, lower)) AS izx_lower,
       upper AS izx_upper_tight
FROM (
    SELECT job, split, epoch, izy_lower, izx_upper, lower,
           nullif(max(min(coalesce(estimate, 9e999), coalesce(rate, 9e999),
                          coalesce(log2_n, 9e999)), 0.0), 9e999) AS upper -- 9e999: infinity
    FROM (
        SELECT job, split, epoch, izy_lower, izx_upper,
               izx_upper + 2 * coalesce(izx_upper_se, 0) AS rate,
               (SELECT log2_n FROM result
                WHERE result.job = epoch.job AND result.split = epoch.split) AS log2_n,
               (SELECT max(iif(bound.n = epoch.n AND estimator <> 'mixture', bits, bits - 2 * se))
                FROM epoch_bound AS bound
                WHERE bound.job = epoch.job AND bound.epoch = epoch.epoch AND quantity = 'izx'
                  AND bound.split = epoch.split AND side = 'lower') AS lower,
               (SELECT min(iif(estimator = 'leave_one_out', bits + 2 * se, bits))
                FROM epoch_bound AS bound
                WHERE bound.job = epoch.job AND bound.epoch = epoch.epoch AND quantity = 'izx'
                  AND bound.split = epoch.split AND side = 'upper'
                  AND (estimator = 'leave_one_out' OR bound.n = epoch.n)) AS estimate
        FROM epoch
        WHERE EXISTS (SELECT 1 FROM epoch_bound AS bound
                      WHERE bound.job = epoch.job AND bound.epoch = epoch.epoch
                        AND quantity = 'izx' AND bound.split = epoch.split)
    )
);

-- Likewise for I(X;Z|Y), which is I(Z;X) - I(Z;Y), as Z depends on X alone: by the estimators within
-- the classes; by CEB's own bound, backward_encoder; by the tightest valid bounds on I(Z;X) less
-- izy_lower, a bound from below, or less H(Y), which I(Z;Y) cannot exceed; and it is at most
-- log2 n - H(Y).
CREATE VIEW valid_residual_bound AS
SELECT job, split, estimator, side, bits FROM valid_estimate WHERE quantity = 'izx_y'
UNION ALL
SELECT job, split, 'backward_encoder', 'upper', izx_y_upper
FROM result WHERE izx_y_upper IS NOT NULL
UNION ALL
SELECT result.job, result.split, 'log2_n_less_h_y', 'upper', result.log2_n - result.h_y
FROM result JOIN setting ON setting.job = result.job JOIN method ON method.name = setting.method
WHERE method.stochastic
UNION ALL
SELECT result.job, result.split, 'izx_less_izy', 'upper',
       tight.bits - (result.izy_lower - 2 * result.izy_lower_se)
FROM result
JOIN (SELECT job, split, max(min(bits), 0.0) AS bits FROM valid_bound
      WHERE side = 'upper' AND bits IS NOT NULL GROUP BY job, split) AS tight
  ON tight.job = result.job AND tight.split = result.split
UNION ALL
SELECT result.job, result.split, 'izx_less_h_y', 'lower', tight.bits - result.h_y
FROM result
JOIN (SELECT job, split, max(bits) AS bits FROM valid_bound
      WHERE side = 'lower' AND bits IS NOT NULL GROUP BY job, split) AS tight
  ON tight.job = result.job AND tight.split = result.split;

-- The information plane: one row per finished job and split, with all that tells jobs apart.
-- Of the valid bounds the tightest, by the estimator that izx_lower_by or izx_upper_tight_by names;
-- of equal ones the first in valid_bound. I(Z;X) is not below 0, nor can a lower bound that exceeds
-- the upper one be right: so 0 <= izx_upper_tight and izx_lower <= izx_upper_tight. An izx_lower
-- below 0 tells nothing. Likewise izx_y_lower and izx_y_upper_tight of I(X;Z|Y), by
-- valid_residual_bound.
--
-- Most of what a sweep of 100,000 jobs takes to show is this, so the estimates are read in their
-- order in the table, of one job or one split no others, and for their names only where these are
-- asked for. 9e999, infinity, stands for no bound.
CREATE VIEW information_plane AS
WITH
tight AS (
    -- Of valid_estimate the tightest. DISTINCT, which drops no row, as (job, split) is the key, has
    -- each computed once, however often it stands below.
    SELECT DISTINCT result.*,
           (SELECT max(iif(bound.n = result.n AND estimator <> 'mixture', bits, bits - 2 * se))
            FROM bound WHERE bound.job = result.job AND quantity = 'izx'
              AND bound.split = result.split AND side = 'lower') AS lower,
           (SELECT min(iif(estimator = 'leave_one_out', bits + 2 * se, bits))
            FROM bound WHERE bound.job = result.job AND quantity = 'izx'
              AND bound.split = result.split AND side = 'upper' AND estimator <> 'rate'
              AND (estimator = 'leave_one_out' OR bound.n = result.n)) AS upper,
           (SELECT max(iif(bound.n = result.n AND estimator <> 'mixture', bits, bits - 2 * se))
            FROM bound WHERE bound.job = result.job AND quantity = 'izx_y'
              AND bound.split = result.split AND side = 'lower') AS residual_lower,
           (SELECT min(iif(estimator = 'leave_one_out', bits + 2 * se, bits))
            FROM bound WHERE bound.job = result.job AND quantity = 'izx_y'
              AND bound.split = result.split AND side = 'upper'
              AND (estimator = 'leave_one_out' OR bound.n = result.n)) AS residual_upper
    FROM result
),
known AS (
    SELECT tight.*, izx_upper + 2 * coalesce(izx_upper_se, 0) AS rate,
           iif(method.stochastic, log2_n, NULL) AS cap
    FROM tight
    CROSS JOIN setting ON setting.job = tight.job -- in this order
    LEFT JOIN method ON method.name = setting.method
),
least AS (
    SELECT *, min(coalesce(upper, 9e999), coalesce(rate, 9e999), coalesce(cap, 9e999)) AS least
    FROM known
),
plane AS (
    SELECT *, nullif(max(least, 0.0), 9e999) AS tight_upper,
           max(coalesce(residual_lower, -9e999), coalesce(lower - h_y, -9e999))
               AS residual_greatest,
           min(coalesce(residual_upper, 9e999), coalesce(izx_y_upper, 9e999),
               coalesce(cap - h_y, 9e999),
               coalesce(max(least, 0.0) - (izy_lower - 2 * izy_lower_se), 9e999))
               AS residual_least
    FROM least
)
SELECT setting.*, plane.split, plane.epoch, plane.error, plane.error_mc, plane.ce, plane.h_y,
       plane.izy_lower, plane.izx_upper,
       min(lower, tight_upper) AS izx_lower,
       (SELECT estimator FROM valid_estimate AS one
        WHERE one.job = plane.job AND quantity = 'izx' AND one.split = plane.split
          AND side = 'lower' AND bits = lower) AS izx_lower_by,
       tight_upper AS izx_upper_tight,
       CASE least
       WHEN upper THEN (SELECT estimator FROM valid_estimate AS one
                        WHERE one.job = plane.job AND quantity = 'izx' AND one.split = plane.split
                          AND side = 'upper' AND bits = upper)
       WHEN rate THEN 'rate'
       WHEN cap THEN 'log2_n' END AS izx_upper_tight_by,
       plane.izy_lower_se, plane.ce_mc, plane.izy_mc, plane.n,
       dataset.ixy, dataset.ixy_se, dataset.dim, dataset.classes,
       job.objective, job.weights, job.identity, job.dataset_digest,
       plane.error_mu, plane.izx_upper_se, plane.izx_y_upper,
       min(nullif(residual_greatest, -9e999), nullif(max(residual_least, 0.0), 9e999))
           AS izx_y_lower,
       CASE residual_greatest
       WHEN residual_lower
       THEN (SELECT estimator FROM valid_estimate AS one
             WHERE one.job = plane.job AND quantity = 'izx_y' AND one.split = plane.split
               AND side = 'lower' AND bits = residual_lower)
       WHEN lower - h_y THEN 'izx_less_h_y' END AS izx_y_lower_by,
       nullif(max(residual_least, 0.0), 9e999) AS izx_y_upper_tight,
       CASE residual_least
       WHEN residual_upper
       THEN (SELECT estimator FROM valid_estimate AS one
             WHERE one.job = plane.job AND quantity = 'izx_y' AND one.split = plane.split
               AND side = 'upper' AND bits = residual_upper)
       WHEN izx_y_upper THEN 'backward_encoder'
       WHEN cap - h_y THEN 'log2_n_less_h_y'
       WHEN 9e999 THEN NULL ELSE 'izx_less_izy' END AS izx_y_upper_tight_by,
       job.effective_weight
FROM plane
JOIN job ON job.id = plane.job
JOIN setting ON setting.job = plane.job
JOIN dataset ON dataset.digest = job.dataset_digest
WHERE job.state = 'done';

-- Analysis. The views from here on need SQLite's mathematical functions (sqrt, pow), which Debian's
-- library and shell have.

-- How far chance in the choice of n examples moves each share of errors: its binomial standard
-- error, sqrt(p (1 - p) / n). Two jobs that are measured on the same examples differ by less than
-- these tell.
CREATE VIEW error_deviation AS
SELECT job, split, n,
       error, sqrt(error * (1 - error) / n) AS error_se,
       error_mc, sqrt(error_mc * (1 - error_mc) / n) AS error_mc_se,
       error_mu, sqrt(error_mu * (1 - error_mu) / n) AS error_mu_se
FROM result;

-- Where each job belongs. Jobs that differ in nothing but the seed are one point; points that
-- differ in nothing but beta (or what else trades the rate for the fit) are one curve of the
-- information plane. Both are named by the lowest id of their jobs: the row of setting with job =
-- point has all values that a point's jobs share. The digest stands for the keys of the data, as it
-- does in a job's identity.
CREATE VIEW job_point AS
SELECT id AS job, min(id) OVER (PARTITION BY curve_identity) AS curve, min(id) OVER seeds AS point,
       sum(state = 'diverged') OVER seeds AS n_diverged -- of the point's jobs
FROM job
WINDOW seeds AS (PARTITION BY point_identity);

-- Every point and split: mean over the seeds that are done and the ends, lo and hi, of its 95 %
-- t-interval. A NULL among the values is left out. lo and hi are NULL with less than two values,
-- and are not cut off where a quantity ends, such as an error at 0. Units as in information_plane.
-- Of the settings, job and seed are those of the point's first job.
CREATE VIEW summary AS
WITH
centred AS (
    SELECT point, curve, n_diverged, split,
           error, avg(error) OVER seeds AS error_mean,
           error_mc, avg(error_mc) OVER seeds AS error_mc_mean,
           izy_lower, avg(izy_lower) OVER seeds AS izy_lower_mean,
           izx_upper, avg(izx_upper) OVER seeds AS izx_upper_mean,
           izx_lower, avg(izx_lower) OVER seeds AS izx_lower_mean,
           izx_upper_tight, avg(izx_upper_tight) OVER seeds AS izx_upper_tight_mean,
           izy_mc, avg(izy_mc) OVER seeds AS izy_mc_mean,
           error_mu, avg(error_mu) OVER seeds AS error_mu_mean,
           izx_y_lower, avg(izx_y_lower) OVER seeds AS izx_y_lower_mean,
           izx_y_upper_tight, avg(izx_y_upper_tight) OVER seeds AS izx_y_upper_tight_mean,
           izx_y_upper, avg(izx_y_upper) OVER seeds AS izx_y_upper_mean,
           h_y, avg(izy_lower_se) OVER seeds AS izy_lower_se_mean
    FROM information_plane JOIN job_point USING (job)
    WINDOW seeds AS (PARTITION BY point, split)
),
spread AS (
    -- About the mean, as sums of squares about 0 would cancel.
    SELECT point, curve, n_diverged, split, count(*) AS n_seeds,
           error_mean, count(error) AS error_n, sum(pow(error - error_mean, 2)) AS error_ss,
           error_mc_mean, count(error_mc) AS error_mc_n,
           sum(pow(error_mc - error_mc_mean, 2)) AS error_mc_ss,
           izy_lower_mean, count(izy_lower) AS izy_lower_n,
           sum(pow(izy_lower - izy_lower_mean, 2)) AS izy_lower_ss,
           izx_upper_mean, count(izx_upper) AS izx_upper_n,
           sum(pow(izx_upper - izx_upper_mean, 2)) AS izx_upper_ss,
           izx_lower_mean, count(izx_lower) AS izx_lower_n,
           sum(pow(izx_lower - izx_lower_mean, 2)) AS izx_lower_ss,
           izx_upper_tight_mean, count(izx_upper_tight) AS izx_upper_tight_n,
           sum(pow(izx_upper_tight - izx_upper_tight_mean, 2)) AS izx_upper_tight_ss,
           izy_mc_mean, count(izy_mc) AS izy_mc_n, sum(pow(izy_mc - izy_mc_mean, 2)) AS izy_mc_ss,
           error_mu_mean, count(error_mu) AS error_mu_n,
           sum(pow(error_mu - error_mu_mean, 2)) AS error_mu_ss,
           izx_y_lower_mean, count(izx_y_lower) AS izx_y_lower_n,
           sum(pow(izx_y_lower - izx_y_lower_mean, 2)) AS izx_y_lower_ss,
           izx_y_upper_tight_mean, count(izx_y_upper_tight) AS izx_y_upper_tight_n,
           sum(pow(izx_y_upper_tight - izx_y_upper_tight_mean, 2)) AS izx_y_upper_tight_ss,
           izx_y_upper_mean, count(izx_y_upper) AS izx_y_upper_n,
           sum(pow(izx_y_upper - izx_y_upper_mean, 2)) AS izx_y_upper_ss,
           h_y, izy_lower_se_mean
    FROM centred GROUP BY point, split
),
interval AS MATERIALIZED (
    SELECT point, curve, n_diverged, split, n_seeds,
           error_mean, sqrt(error_ss / error_n / (error_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < error_n ORDER BY df DESC LIMIT 1)
               AS error_half,
           error_mc_mean, sqrt(error_mc_ss / error_mc_n / (error_mc_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < error_mc_n ORDER BY df DESC LIMIT 1)
               AS error_mc_half,
           izy_lower_mean, sqrt(izy_lower_ss / izy_lower_n / (izy_lower_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < izy_lower_n ORDER BY df DESC LIMIT 1)
               AS izy_lower_half,
           izx_upper_mean, sqrt(izx_upper_ss / izx_upper_n / (izx_upper_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < izx_upper_n ORDER BY df DESC LIMIT 1)
               AS izx_upper_half,
           izx_lower_mean, sqrt(izx_lower_ss / izx_lower_n / (izx_lower_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < izx_lower_n ORDER BY df DESC LIMIT 1)
               AS izx_lower_half,
           izx_upper_tight_mean,
           sqrt(izx_upper_tight_ss / izx_upper_tight_n / (izx_upper_tight_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < izx_upper_tight_n ORDER BY df DESC LIMIT 1)
               AS izx_upper_tight_half,
           izy_mc_mean, sqrt(izy_mc_ss / izy_mc_n / (izy_mc_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < izy_mc_n ORDER BY df DESC LIMIT 1)
               AS izy_mc_half,
           error_mu_mean, sqrt(error_mu_ss / error_mu_n / (error_mu_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < error_mu_n ORDER BY df DESC LIMIT 1)
               AS error_mu_half,
           izx_y_lower_mean, sqrt(izx_y_lower_ss / izx_y_lower_n / (izx_y_lower_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < izx_y_lower_n ORDER BY df DESC LIMIT 1)
               AS izx_y_lower_half,
           izx_y_upper_tight_mean,
           sqrt(izx_y_upper_tight_ss / izx_y_upper_tight_n / (izx_y_upper_tight_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < izx_y_upper_tight_n ORDER BY df DESC LIMIT 1)
               AS izx_y_upper_tight_half,
           izx_y_upper_mean, sqrt(izx_y_upper_ss / izx_y_upper_n / (izx_y_upper_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < izx_y_upper_n ORDER BY df DESC LIMIT 1)
               AS izx_y_upper_half,
           h_y, izy_lower_se_mean
    FROM spread
)
SELECT point, curve, split, n_seeds,
       n_diverged, -- jobs of the point that diverged: they are in no mean
       error_mean, error_mean - error_half AS error_lo, error_mean + error_half AS error_hi,
       error_mc_mean, error_mc_mean - error_mc_half AS error_mc_lo,
       error_mc_mean + error_mc_half AS error_mc_hi,
       izy_lower_mean, izy_lower_mean - izy_lower_half AS izy_lower_lo,
       izy_lower_mean + izy_lower_half AS izy_lower_hi,
       izx_upper_mean, izx_upper_mean - izx_upper_half AS izx_upper_lo,
       izx_upper_mean + izx_upper_half AS izx_upper_hi,
       izx_lower_mean, izx_lower_mean - izx_lower_half AS izx_lower_lo,
       izx_lower_mean + izx_lower_half AS izx_lower_hi,
       izx_upper_tight_mean, izx_upper_tight_mean - izx_upper_tight_half AS izx_upper_tight_lo,
       izx_upper_tight_mean + izx_upper_tight_half AS izx_upper_tight_hi,
       izy_mc_mean, izy_mc_mean - izy_mc_half AS izy_mc_lo, izy_mc_mean + izy_mc_half AS izy_mc_hi,
       izy_lower_se_mean, -- of the examples of one job
       h_y, setting.*, dataset.ixy, dataset.ixy_se, dataset.dim, dataset.classes,
       job.dataset_digest,
       CASE method.trade_off WHEN 'beta' THEN beta WHEN 'train.gamma' THEN train_gamma END
           AS trade_off, -- beta, or what else trades compression for the fit; NULL: nothing does
       error_mu_mean, error_mu_mean - error_mu_half AS error_mu_lo,
       error_mu_mean + error_mu_half AS error_mu_hi,
       izx_y_lower_mean, izx_y_lower_mean - izx_y_lower_half AS izx_y_lower_lo,
       izx_y_lower_mean + izx_y_lower_half AS izx_y_lower_hi,
       izx_y_upper_tight_mean,
       izx_y_upper_tight_mean - izx_y_upper_tight_half AS izx_y_upper_tight_lo,
       izx_y_upper_tight_mean + izx_y_upper_tight_half AS izx_y_upper_tight_hi,
       izx_y_upper_mean, izx_y_upper_mean - izx_y_upper_half AS izx_y_upper_lo,
       izx_y_upper_mean + izx_y_upper_half AS izx_y_upper_hi
FROM interval
JOIN job ON job.id = point
JOIN setting ON setting.job = point
JOIN method ON method.name = setting.method
JOIN dataset ON dataset.digest = job.dataset_digest;

-- The efficient points of the plane, as rows of summary: no other point of that data set and split
-- has an izx_upper_tight_mean as low and an izy_lower_mean as high, and is better in one of them.
-- Not by the rate, izx_upper, whose slack differs from point to point. The means are compared as
-- they are, without their intervals.
CREATE VIEW pareto AS
WITH
every AS MATERIALIZED (
    SELECT * FROM summary
    WHERE izx_upper_tight_mean IS NOT NULL AND izy_lower_mean IS NOT NULL
),
ranked AS (
    -- The most that is had for fewer bits, or for as many; GROUPS keeps equal points together.
    SELECT point, split, izy_lower_mean, max(izy_lower_mean) OVER (
               PARTITION BY dataset_digest, split ORDER BY izx_upper_tight_mean, izy_lower_mean DESC
               GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS izy_lower_cheaper
    FROM every
)
SELECT * FROM every
WHERE (point, split) IN (SELECT point, split FROM ranked
                         WHERE izy_lower_cheaper IS NULL OR izy_lower_mean > izy_lower_cheaper);

-- For every curve, so for every method, K and other setting, the beta, or what else its method trades
-- by, of the least mean error_mc on the validation split, or, where its data have none, on the test
-- split; of two that are equal the greater, which keeps fewer bits. The error that chose is the least
-- of many, so it flatters: of a beta that was chosen by validation the test error does not.
--
-- Another one is indistinguishable where the 95 % t-interval of the mean difference of error_mc on
-- that split contains 0. The differences are paired: of two jobs with the same seed, which share
-- initial weights, batches and examples, so that what these do to both falls out. With less than two
-- seeds in common there is no such interval, and nothing is told apart.
CREATE VIEW best_beta AS
WITH
known AS (
    SELECT curve, point, dataset_name, K, beta, n_seeds, split, method, trade_off,
           error_mc_mean, error_mc_lo, error_mc_hi,
           max(error_mc_mean) FILTER (WHERE split = 'test') OVER splits AS test_mean,
           max(error_mc_lo) FILTER (WHERE split = 'test') OVER splits AS test_lo,
           max(error_mc_hi) FILTER (WHERE split = 'test') OVER splits AS test_hi,
           max(split = 'validation') OVER betas AS validated
    FROM summary
    WHERE split IN ('validation', 'test') AND trade_off IS NOT NULL
    WINDOW splits AS (PARTITION BY point), betas AS (PARTITION BY curve)
),
ranked AS MATERIALIZED (
    SELECT *, row_number() OVER by_error AS place, count(*) OVER betas AS n_betas
    FROM known
    WHERE split = iif(validated, 'validation', 'test') AND error_mc_mean IS NOT NULL
    WINDOW by_error AS (PARTITION BY curve ORDER BY error_mc_mean, trade_off DESC),
           betas AS (PARTITION BY curve)
),
measured AS MATERIALIZED (
    SELECT ranked.curve, ranked.point, place, seed, error_mc
    FROM ranked
    JOIN job_point ON job_point.point = ranked.point
    JOIN job ON job.id = job_point.job AND job.state = 'done'
    JOIN result ON result.job = job.id AND result.split = ranked.split
    JOIN setting ON setting.job = job.id
    WHERE error_mc IS NOT NULL
),
difference AS (
    SELECT rival.curve, rival.point, rival.error_mc - best.error_mc AS more,
           avg(rival.error_mc - best.error_mc) OVER (PARTITION BY rival.point) AS more_mean
    FROM measured AS rival
    JOIN measured AS best ON best.curve = rival.curve AND best.seed = rival.seed
    WHERE best.place = 1 AND rival.place > 1
),
spread AS (
    SELECT curve, more_mean, count(*) AS n, sum(pow(more - more_mean, 2)) AS more_ss
    FROM difference GROUP BY curve, point HAVING count(*) > 1
),
apart AS (
    SELECT curve, count(*) AS n
    FROM spread
    WHERE abs(more_mean) > sqrt(more_ss / n / (n - 1)) * (
              SELECT t95 FROM student_t WHERE df < spread.n ORDER BY df DESC LIMIT 1)
    GROUP BY curve
)
SELECT ranked.curve, point, dataset_name, K, beta, n_seeds,
       split AS chosen_by,
       test_mean AS error_mc_mean, test_lo AS error_mc_lo, test_hi AS error_mc_hi, -- on the test
                           -- split; NULL where there is none
       error_mc_mean AS chosen_error_mc_mean, error_mc_lo AS chosen_error_mc_lo,
       error_mc_hi AS chosen_error_mc_hi, -- on the split that chose
       n_betas, -- of the curve, this one among them
       n_betas - 1 - coalesce(apart.n, 0) AS n_indistinguishable, -- of the others
       method, trade_off -- the value that was chosen: beta, of CEB train_gamma
FROM ranked LEFT JOIN apart ON apart.curve = ranked.curve
WHERE place = 1;

-- What generalization costs: per point the mean over seeds of test minus train, with the 95 %
-- t-interval of these differences. ce and izy_lower in bits; izy_lower_gap is also moved by the
-- difference between the two splits' h_y.
CREATE VIEW generalization_gap AS
WITH
gap AS (
    SELECT job_point.point, test.error_mc - train.error_mc AS error_mc_gap,
           test.ce - train.ce AS ce_gap, test.izy_lower - train.izy_lower AS izy_lower_gap
    FROM job_point
    JOIN job ON job.id = job_point.job AND job.state = 'done'
    JOIN result AS train ON train.job = job.id AND train.split = 'train'
    JOIN result AS test ON test.job = job.id AND test.split = 'test'
),
centred AS (
    SELECT point,
           error_mc_gap, avg(error_mc_gap) OVER seeds AS error_mc_gap_mean,
           ce_gap, avg(ce_gap) OVER seeds AS ce_gap_mean,
           izy_lower_gap, avg(izy_lower_gap) OVER seeds AS izy_lower_gap_mean
    FROM gap WINDOW seeds AS (PARTITION BY point)
),
spread AS (
    SELECT point, count(*) AS n_seeds,
           error_mc_gap_mean, count(error_mc_gap) AS error_mc_gap_n,
           sum(pow(error_mc_gap - error_mc_gap_mean, 2)) AS error_mc_gap_ss,
           ce_gap_mean, count(ce_gap) AS ce_gap_n, sum(pow(ce_gap - ce_gap_mean, 2)) AS ce_gap_ss,
           izy_lower_gap_mean, count(izy_lower_gap) AS izy_lower_gap_n,
           sum(pow(izy_lower_gap - izy_lower_gap_mean, 2)) AS izy_lower_gap_ss
    FROM centred GROUP BY point
),
interval AS MATERIALIZED (
    SELECT point, n_seeds,
           error_mc_gap_mean, sqrt(error_mc_gap_ss / error_mc_gap_n / (error_mc_gap_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < error_mc_gap_n ORDER BY df DESC LIMIT 1)
               AS error_mc_gap_half,
           ce_gap_mean, sqrt(ce_gap_ss / ce_gap_n / (ce_gap_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < ce_gap_n ORDER BY df DESC LIMIT 1)
               AS ce_gap_half,
           izy_lower_gap_mean, sqrt(izy_lower_gap_ss / izy_lower_gap_n / (izy_lower_gap_n - 1)) * (
               SELECT t95 FROM student_t WHERE df < izy_lower_gap_n ORDER BY df DESC LIMIT 1)
               AS izy_lower_gap_half
    FROM spread
)
SELECT point, dataset_name, method, beta, K, n_seeds,
       error_mc_gap_mean, error_mc_gap_mean - error_mc_gap_half AS error_mc_gap_lo,
       error_mc_gap_mean + error_mc_gap_half AS error_mc_gap_hi,
       ce_gap_mean, ce_gap_mean - ce_gap_half AS ce_gap_lo, ce_gap_mean + ce_gap_half AS ce_gap_hi,
       izy_lower_gap_mean, izy_lower_gap_mean - izy_lower_gap_half AS izy_lower_gap_lo,
       izy_lower_gap_mean + izy_lower_gap_half AS izy_lower_gap_hi,
       CASE trade_off WHEN 'beta' THEN beta WHEN 'train.gamma' THEN train_gamma END AS trade_off
FROM interval
JOIN setting ON setting.job = point
JOIN method ON method.name = setting.method;

-- What a bit of code is worth, per point and split, from summary's means.
CREATE VIEW efficiency AS
SELECT curve, point, dataset_name, K, beta, split, n_seeds,
       izx_upper_mean, izx_upper_tight_mean, izy_lower_mean,
       -- I(Z;Y) / I(Z;X) is at least this: both bounds with two standard errors to the safe side,
       -- of izy_lower those of one seed, since the seeds share the examples. NULL where the bound
       -- on I(Z;X) is not above 0.
       CASE WHEN izx_upper_tight_mean > 0
            THEN (izy_lower_mean - 2 * izy_lower_se_mean) / izx_upper_tight_mean END
           AS label_bits_per_input_bit,
       -- Bits of izy_lower gained for each bit of izx_upper, the rate, since the next greater beta
       -- of the curve; NULL at the greatest, where the rate did not rise, and without one. Where J is at its
       -- optimum this lies between the two betas on the training split: d CE = -beta d rate.
       CASE WHEN izx_upper_mean > lag(izx_upper_mean) OVER falling
            THEN (izy_lower_mean - lag(izy_lower_mean) OVER falling)
                 / (izx_upper_mean - lag(izx_upper_mean) OVER falling) END
           AS marginal_label_bits_per_rate_bit,
       method, trade_off
FROM summary
WHERE izx_upper_tight_mean IS NOT NULL AND izy_lower_mean IS NOT NULL
  AND (izx_upper_mean IS NOT NULL OR NOT (SELECT rate FROM method WHERE name = summary.method))
WINDOW falling AS (PARTITION BY curve, split ORDER BY trade_off DESC);
