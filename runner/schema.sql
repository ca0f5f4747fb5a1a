-- The database of one sweep. Run as one transaction on an empty file (see runner/store_open.c).
--
-- Units: information is in bits per example, time spans are in seconds, points in time are ISO 8601
-- text in UTC with milliseconds (2026-01-31T23:59:59.123Z). NULL means unknown or not a finite
-- number: NaN and infinities are never stored.

PRAGMA application_id = 1447641683; -- 0x56494253, "VIBS"
PRAGMA user_version = 1;            -- of this schema; a change to the schema raises it

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
    method                TEXT NOT NULL,    -- objective
    beta                  REAL NOT NULL,    -- weight of the rate in J = CE + beta * rate
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
    train_precision       TEXT NOT NULL,    -- of the large products: 'float32', 'bfloat16'
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
    evaluate_samples      INTEGER NOT NULL, -- samples S of z per example in error_mc and ce_mc

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
    CHECK (state <> 'running' OR run IS NOT NULL)
) STRICT;

-- Finds the jobs of a run that died without reading the whole table.
CREATE INDEX job_running ON job (run) WHERE state = 'running';

-- What a finished job measured at its end; two rows for every job that is done.
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
    izy_mc    REAL, -- bits, h_y - ce_mc; bounds I(Y; Z_1..Z_S) of all S samples, not I(Z;Y)
    izx_upper REAL, -- bits, E[KL(p(z|x) || r(z))] >= I(Z;X), the rate
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
    izy_mc    REAL, -- bits, h_y - ce_mc; bounds I(Y; Z_1..Z_S) of all S samples, not I(Z;Y)
    izx_upper REAL, -- bits, E[KL(p(z|x) || r(z))] >= I(Z;X), the rate
    lr        REAL, -- step size of that epoch
    PRIMARY KEY (job, epoch, split)
) STRICT, WITHOUT ROWID;

-- The information plane: one row per finished job and split, with all that tells jobs apart.
CREATE VIEW information_plane AS
SELECT job.id AS job, job.method, job.beta, job.K, job.seed,
       result.split, result.epoch, result.error, result.error_mc, result.ce, result.h_y,
       result.izy_lower, result.izx_upper,
       result.ce_mc, result.izy_mc, result.n,
       job.dataset_name, dataset.ixy, dataset.ixy_se,
       job.dataset_classes, job.dataset_n_train, job.dataset_n_test, job.dataset_dim,
       job.dataset_separation, job.dataset_noise, job.dataset_seed,
       job.model_hidden, job.model_activation,
       job.train_precision, job.train_epochs, job.train_batch, job.train_lr, job.train_lr_decay,
       job.train_lr_decay_epochs, job.train_adam_beta1, job.train_adam_beta2,
       job.train_adam_epsilon, job.train_average_decay,
       job.evaluate_every, job.evaluate_samples,
       job.objective, job.identity, job.dataset_digest
FROM result
JOIN job ON job.id = result.job
JOIN dataset ON dataset.digest = job.dataset_digest
WHERE job.state = 'done';
