-- The database of one sweep. Run as one transaction on an empty file (see runner/store_open.c).
--
-- Units: information is in bits per example, time spans are in seconds, points in time are ISO 8601
-- text in UTC with milliseconds (2026-01-31T23:59:59.123Z). NULL means unknown or not a finite
-- number: NaN and infinities are never stored.

PRAGMA application_id = 1447641683; -- 0x56494253, "VIBS"
PRAGMA user_version = 2;            -- of this schema; a change to the schema raises it

-- One invocation of the program on this database.
CREATE TABLE run (
    id            INTEGER PRIMARY KEY,
    sweep         TEXT NOT NULL,    -- name of the sweep
    config_path   TEXT NOT NULL,    -- configuration file, as given on the command line
    config_text   TEXT NOT NULL,    -- its whole text, then one comment line per --set
    version       TEXT NOT NULL,    -- of the program
    build         TEXT NOT NULL,    -- compiler, flags, matrix library
    libraries     TEXT NOT NULL,    -- libraries and their versions, as loaded
    host          TEXT NOT NULL,    -- host name
    host_identity TEXT NOT NULL,    -- within it a process number is unambiguous; '' = unknown
    cpu           TEXT NOT NULL,    -- processor model; '' = unknown
    threads       INTEGER NOT NULL CHECK (threads >= 1), -- jobs trained at once
    pid           INTEGER NOT NULL CHECK (pid >= 1),     -- process number
    process_start INTEGER NOT NULL, -- start of the process, clock ticks since boot; 0 = unknown
    started_at    TEXT NOT NULL,    -- UTC
    heartbeat_at  TEXT NOT NULL,    -- UTC, last sign of life
    ended_at      TEXT,             -- UTC; NULL while it runs, and when it was lost
    outcome       TEXT              -- NULL while it runs; lost: it vanished, its jobs were taken back
        CHECK (outcome IN ('complete', 'incomplete', 'interrupted', 'lost')),
    CHECK ((outcome IS NULL OR outcome = 'lost') = (ended_at IS NULL))
) STRICT;

-- A data set that jobs were trained on, as it was loaded.
CREATE TABLE dataset (
    digest    TEXT PRIMARY KEY NOT NULL -- SHA-256 (hex) of shapes, inputs and labels of both splits
        CHECK (length(digest) = 64),
    name      TEXT NOT NULL,
    dim       INTEGER NOT NULL CHECK (dim >= 1),     -- inputs per example
    classes   INTEGER NOT NULL CHECK (classes >= 2), -- number of labels
    n_train   INTEGER NOT NULL CHECK (n_train >= 1), -- training examples
    n_test    INTEGER NOT NULL CHECK (n_test >= 1),  -- test examples
    h_y_train REAL NOT NULL, -- bits, H(Y): entropy of the labels of the training split
    h_y_test  REAL NOT NULL, -- bits, H(Y) of the test split
    ixy       REAL,          -- bits, the true I(X;Y); NULL when unknown
    ixy_se    REAL           -- bits, standard error of ixy (Monte Carlo)
) STRICT, WITHOUT ROWID;

-- A point of the grid: all its values, and what became of it.
CREATE TABLE job (
    id                    INTEGER PRIMARY KEY, -- ascends in the order of the grid
    identity              TEXT NOT NULL UNIQUE -- SHA-256 (hex) of all that determines the result
        CHECK (length(identity) = 64),
    dataset_digest        TEXT NOT NULL REFERENCES dataset (digest),

    -- One column per configuration key: its name with '_' for '.'. `vib-sweep keys` explains them.
    -- NULL where the key does not matter to the job's method.
    method                TEXT NOT NULL,    -- 'vib' or what it is compared with
    beta                  REAL,             -- weight of the rate in J = CE + beta * rate
    K                     INTEGER NOT NULL, -- dimension of the code z
    seed                  INTEGER NOT NULL, -- selects every random stream of the job
    dataset_name          TEXT NOT NULL,    -- 'mixture' or the name of a folder
    dataset_classes       INTEGER NOT NULL, -- number of labels
    dataset_n_train       INTEGER NOT NULL, -- training examples asked for; 0 = default
    dataset_n_test        INTEGER NOT NULL, -- test examples asked for; 0 = default
    dataset_dim           INTEGER NOT NULL, -- mixture: inputs per example
    dataset_separation    REAL NOT NULL,    -- mixture: rms distance between two class means
    dataset_noise         REAL NOT NULL,    -- mixture: standard deviation of an input in a class
    dataset_seed          INTEGER NOT NULL, -- mixture: selects means and examples
    model_hidden          TEXT NOT NULL,    -- widths of the encoder's hidden layers: '[1024, 1024]'
    model_activation      TEXT NOT NULL,    -- of the hidden layers
    model_covariance      TEXT,             -- of p(z|x): 'diagonal', 'full'
    train_precision       TEXT NOT NULL,    -- of the large products: 'float32', 'bfloat16'
    train_dropout         REAL,             -- probability that a hidden unit is dropped
    train_confidence_penalty REAL,          -- weight w in J = CE - w * H(q(y|z))
    train_label_smoothing REAL,             -- share of the target spread over all classes
    train_epochs          INTEGER NOT NULL, -- passes over the training split
    train_batch           INTEGER NOT NULL, -- examples per step
    train_lr              REAL NOT NULL,    -- step size of the first epoch
    train_lr_decay        REAL NOT NULL,    -- factor on the step size ...
    train_lr_decay_epochs INTEGER NOT NULL, -- ... after every this many epochs
    train_adam_beta1      REAL NOT NULL,    -- decay of the mean gradient
    train_adam_beta2      REAL NOT NULL,    -- decay of the mean squared gradient
    train_adam_epsilon    REAL NOT NULL,    -- added to the root of the mean squared gradient
    train_average_decay   REAL NOT NULL,    -- of the moving average of the weights; 0 = none
    evaluate_every        INTEGER NOT NULL, -- epochs between evaluations
    evaluate_samples      INTEGER,          -- samples S of z per example in error_mc and ce_mc
    evaluate_bounds       TEXT,             -- estimators in table bound: '[rate, mixture]'
    evaluate_bounds_n     INTEGER,          -- examples behind them at most

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
    weights     TEXT,                        -- file of the final weights, beside the database's
                                             -- folder of that name; NULL when none was asked for
    CHECK (state <> 'running' OR run IS NOT NULL)
) STRICT;

-- Finds the jobs of a run that died without reading the whole table.
CREATE INDEX job_running ON job (run) WHERE state = 'running';

-- What a finished job measured at its end; two rows for every job that is done. The information
-- columns, izy_lower to izx_upper, are NULL for the methods other than vib.
CREATE TABLE result (
    job       INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    split     TEXT NOT NULL CHECK (split IN ('train', 'test')),
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
    log2_n    REAL NOT NULL, -- bits, I(Z;X) with X uniform over n examples is never above it
    PRIMARY KEY (job, split)
) STRICT, WITHOUT ROWID;

-- The way there: every evaluation of a job that is done, diverged or failed. Columns as in result.
CREATE TABLE epoch (
    job       INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    split     TEXT NOT NULL CHECK (split IN ('train', 'test')),
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
    PRIMARY KEY (job, epoch, split)
) STRICT, WITHOUT ROWID;

-- Estimates of I(Z;X) at the end of a job that is done, X being uniform over the examples of the
-- split: see core/bounds.h for what each is. None for the methods other than vib.
CREATE TABLE bound (
    job       INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    split     TEXT NOT NULL CHECK (split IN ('train', 'test')),
    estimator TEXT NOT NULL,
    side      TEXT NOT NULL CHECK (side IN ('lower', 'upper')), -- of I(Z;X) that it is on
    n         INTEGER NOT NULL CHECK (n >= 1), -- examples used
    bits      REAL, -- the estimate
    se        REAL, -- bits, its standard error over these examples
    cap       REAL NOT NULL, -- bits, log2 n: I(Z;X) over n examples is never above it
    PRIMARY KEY (job, split, estimator)
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

-- Every estimate as a bound on I(Z;X) with X uniform over the whole split: a Monte Carlo one, or one
-- from some of the examples, with two standard errors to the safe side. From some of the examples
-- only the lower ones and leave_one_out hold for the whole. The rate is exact, as is log2 n.
CREATE VIEW valid_bound AS
SELECT bound.job, bound.split, bound.estimator, bound.side,
       CASE WHEN bound.n = result.n AND bound.estimator NOT IN ('mixture', 'leave_one_out')
            THEN bound.bits
            WHEN bound.side = 'lower' THEN bound.bits - 2 * bound.se
            ELSE bound.bits + 2 * bound.se END AS bits
FROM bound JOIN result ON result.job = bound.job AND result.split = bound.split
WHERE bound.estimator <> 'rate'
  AND (bound.side = 'lower' OR bound.estimator = 'leave_one_out' OR bound.n = result.n)
UNION ALL
SELECT job, split, 'rate', 'upper', izx_upper FROM result WHERE izx_upper IS NOT NULL
UNION ALL
SELECT job, split, 'log2_n', 'upper', log2_n FROM result WHERE izx_upper IS NOT NULL;

-- The information plane: one row per finished job and split, with all that tells jobs apart.
CREATE VIEW information_plane AS
SELECT job.id AS job, job.method, job.beta, job.K, job.seed,
       result.split, result.epoch, result.error, result.error_mc, result.ce, result.h_y,
       result.izy_lower, result.izx_upper,
       lower.bits AS izx_lower, lower.estimator AS izx_lower_by,
       upper.bits AS izx_upper_tight, upper.estimator AS izx_upper_tight_by,
       result.izy_lower_se, result.ce_mc, result.izy_mc, result.n,
       job.dataset_name, dataset.ixy, dataset.ixy_se,
       job.dataset_classes, job.dataset_n_train, job.dataset_n_test, job.dataset_dim,
       job.dataset_separation, job.dataset_noise, job.dataset_seed,
       job.model_hidden, job.model_activation, job.model_covariance, job.train_dropout,
       job.train_confidence_penalty, job.train_label_smoothing,
       job.train_precision, job.train_epochs, job.train_batch, job.train_lr, job.train_lr_decay,
       job.train_lr_decay_epochs, job.train_adam_beta1, job.train_adam_beta2,
       job.train_adam_epsilon, job.train_average_decay,
       job.evaluate_every, job.evaluate_samples, job.evaluate_bounds, job.evaluate_bounds_n,
       job.objective, job.weights, job.identity, job.dataset_digest
FROM result
LEFT JOIN (SELECT job, split, estimator, max(bits) AS bits FROM valid_bound
           WHERE side = 'lower' GROUP BY job, split) AS lower
       ON lower.job = result.job AND lower.split = result.split
LEFT JOIN (SELECT job, split, estimator, min(bits) AS bits FROM valid_bound
           WHERE side = 'upper' GROUP BY job, split) AS upper
       ON upper.job = result.job AND upper.split = result.split
JOIN job ON job.id = result.job
JOIN dataset ON dataset.digest = job.dataset_digest
WHERE job.state = 'done';
