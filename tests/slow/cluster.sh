# A cluster of Slurm's of one's own: several nodes on this machine, on the loopback alone, run as root
# without systemd; sourced after tests/tap.sh. Its files, munge's key and socket among them, are in
# $cluster; all that was started ends with the script that sources this.
# shellcheck shell=bash

cluster=$TMPDIR/cluster
export SLURM_CONF=$cluster/slurm.conf
PATH=$PATH:/usr/sbin:/sbin

# Ends the script when there can be no cluster here.
cluster_needs() {
    local program
    [ "$(id -u)" -eq 0 ] || skip_all 'not root'
    for program in slurmctld slurmd sbatch munged; do
        command -v "$program" >/dev/null && continue
        tests/deps.sh cluster >&2 ||
            skip_all 'no Slurm: install the Debian packages slurmctld slurmd slurm-client munge'
        return
    done
}

# Impatient, and without cgroups. An outdated node is one that has not been heard of for 5 s.
cluster_configuration() {
    local node
    cat <<END
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$cluster_port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$cluster/munge/socket,cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$cluster/state
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd-%n.pid
SlurmdSpoolDir=$cluster/spool/%n
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1
PropagateResourceLimits=NONE
ReturnToService=2
BatchStartTimeout=5
KillWait=5
SlurmdTimeout=5
SlurmctldTimeout=5
MessageTimeout=5
MaxArraySize=8
END
    for ((node = 1; node <= cluster_nodes; node++)); do
        echo "NodeName=n$node NodeAddr=127.0.0.1 NodeHostname=$(hostname -s)" \
            "Port=$((cluster_port + node)) CPUs=1 RealMemory=1000 State=UNKNOWN"
    done
    echo 'PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP'
}

# A node; what limits its shell has, its tasks have, too.
node_start() {
    mkdir -p "$cluster/spool/n$1"
    slurmd -N "n$1"
}
# Only its slurmd: tasks live on.
node_kill() {
    kill -KILL "$(cat "$cluster/slurmd-n$1.pid")"
}
nodes_are_up() {
    [ "$(sinfo --noheader --Node --format="%N %T" | grep -cE " (idle|mixed|allocated)$")" = \
        "$cluster_nodes" ]
}
controller_start() {
    slurmctld
}
controller_stop() {
    local pid
    pid=$(cat "$cluster/slurmctld.pid" 2>/dev/null) || return 0
    kill -TERM "$pid" 2>/dev/null
    until_true 20 has_ended "$pid"
}
has_ended() {
    [ -z "$(tr -d "\0" 2>/dev/null <"/proc/$1/cmdline")" ] # nor is it a zombie
}

# cluster_start NODES
cluster_start() {
    cluster_nodes=$1
    cluster_port=$((20000 + RANDOM % 10000))
    mkdir -p "$cluster/munge" "$cluster/state" || return 1
    chmod 711 "$TMPDIR" "$cluster" && chmod 755 "$cluster/munge" || return 1
    (umask 077 && head -c 1024 /dev/urandom >"$cluster/munge.key") || return 1
    munged --force --key-file="$cluster/munge.key" --socket="$cluster/munge/socket" \
        --pid-file="$cluster/munge/pid" --log-file="$cluster/munge/log" \
        --seed-file="$cluster/munge/seed" || return 1
    cluster_configuration >"$SLURM_CONF"
    controller_start || return 1
    local node
    for ((node = 1; node <= cluster_nodes; node++)); do
        node_start "$node" || return 1
    done
    until_true 30 nodes_are_up
}
queue_is_empty() {
    [ -z "$(squeue --noheader 2>/dev/null)" ]
}
# What a task of a node that failed left running has the cluster's folder, or the test's, in its words.
cluster_stop() {
    local file
    if [ -e "$cluster/slurmctld.pid" ]; then
        scancel --user=root 2>/dev/null
        until_true 20 queue_is_empty
    fi
    for file in "$cluster"/slurmd-*.pid "$cluster/munge/pid"; do
        [ ! -e "$file" ] || kill -KILL "$(cat "$file")" 2>/dev/null
    done
    controller_stop
    pgrep -f -- "$TMPDIR/" | grep -vx "$$" | xargs -r kill -KILL 2>/dev/null
}
trap cluster_stop EXIT
