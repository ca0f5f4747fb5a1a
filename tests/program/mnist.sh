#!/bin/bash
# Real MNIST through the real program: a short sweep, read back with SQL.
# shellcheck disable=SC2317 # functions are called by name, through check
. tests/tap.sh
. tests/program/common.sh

data=${VIB_SWEEP_DATA:-}
case $data in
'' | /*) ;;
*) data=$root/$data ;;
esac
export VIB_SWEEP_DATA=$data
[ -e "$data/mnist/train-images-idx3-ubyte.gz" ] || [ -e "$data/mnist/train-images-idx3-ubyte" ] ||
    skip_all 'no MNIST: set VIB_SWEEP_DATA to the folder that has mnist/'

cp "$root/configs/mnist.yaml" .
short() {
    "$vib" mnist.yaml -q "$@" --set train.epochs=1 --set 'beta=[1e-3, 1e-1]' \
        --set dataset.n_train=10000 --set train.lr=1e-3 --set dataset.n_test=2000 \
        --set evaluate.bounds_n=500 --set "model.hidden=[512, 512]"
}
check 'a sweep of 2 betas x 2 K' short -j 2
check 'four jobs, eight rows' sql_is results/mnist.db \
    "select count(distinct job), count(*) from information_plane" '4|8'
check 'the label entropy is that of the split' sql_is results/mnist.db \
    "select count(distinct h_y), min(h_y) > 3.3 and max(h_y) < log(10) / log(2) from information_plane" '2|1'
check 'K = 256 classifies after one epoch' sql_is results/mnist.db \
    "select count(*) from information_plane where K = 256 and beta = 1e-3 and error_mc < 0.15" 2
check 'beta = 0.1 keeps fewer bits than 1e-3' sql_is results/mnist.db \
    "select count(*) from information_plane a join information_plane b using (K, split)
     where a.beta = 0.1 and b.beta = 1e-3 and a.izx_upper < b.izx_upper" 4
check 'averaging over samples helps or does not hurt much' sql_is results/mnist.db \
    "select count(*) from information_plane where error_mc > error + 0.01" 0
check 'the same with one thread' short -j 1 --db one.db
check 'export' export_both results/mnist.db two
check 'export' export_both one.db one
check 'the same bytes with one thread and with two' same_results one two
full() {
    "$vib" mnist.yaml -q --set train.epochs=1 --set beta=1e-3 --set K=2 --set model.hidden=[8] \
        --set evaluate.bounds_n=500 --db full.db
}
check 'the whole of MNIST' full
check 'has 60000 and 10000 examples and the known entropies' sql_is full.db \
    "select n, round(h_y, 6) from dataset_split order by n desc" \
    $'60000|3.319871\n10000|3.319423'

# What is stored, computed anew from the weights by a program that shares nothing with ours.
saved() {
    "$vib" mnist.yaml -q -j 2 --set train.epochs=5 --set beta=0.1 --set 'K=[3, 8]' --db saved.db \
        --set 'method=[vib, deterministic]' --set 'model.covariance=[diagonal, full]' \
        --set dataset.n_train=5000 --set train.lr=1e-3 --set dataset.n_test=500 \
        --set 'model.hidden=[64, 32]' --set save.weights=true --set save.codes=50
}
verified() {
    local job n=0
    for job in $(sql saved.db 'select id from job order by id'); do
        $python "$root/tests/verify_weights.py" saved.db "$job" || return 1
        n=$((n + 1))
    done
    [ $n = 6 ]
}
python=$(python_with numpy)
if [ -n "$python" ]; then
    check 'jobs of either covariance and without one keep their weights' saved
    check 'results, bounds and codes follow from the weights' verified
else
    skip 'jobs of either covariance and without one keep their weights' 'no numpy'
    skip 'results, bounds and codes follow from the weights' 'no numpy: install python3-numpy'
fi

cd "$root" && done_testing
