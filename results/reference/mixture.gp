# The information plane of the built-in mixture, from mixture.csv:
#   vib-sweep configs/quickstart.yaml --set 'beta={logspace: {from: 1e-4, to: 1, count: 17}}' \
#       --set 'K=[2, 4, 8]' --set train.epochs=40 --db mixture.db
#   vib-sweep export mixture.db -o mixture.csv
#   gnuplot mixture.gp
set terminal svg size 760,460 font "sans-serif,15" background "white"
set output "mixture.svg"
set datafile separator comma
set logscale x
set xrange [0.5:200]
set yrange [0:3]
set xlabel "I(Z;X), upper bound (bits)"
set ylabel "I(Z;Y), lower bound (bits)"
set key bottom right
set grid linecolor rgb "#dddddd" linetype 1
set border linewidth 1.2
ixy = real(system("awk -F, 'NR==2 {print $18}' mixture.csv"))
set label sprintf("true I(X;Y) = %.2f bits", ixy) at 0.56, ixy + 0.1
set label "I(Z;Y) = I(Z;X)" at 1.32, 1.85 right rotate by 53 textcolor rgb "#666666"
point(k) = sprintf("< grep ',test,' mixture.csv | awk -F, '$4 == %d' | sort -t, -g -k13", k)
plot ixy with lines linecolor rgb "#000000" dashtype 2 notitle, \
     x <= 3 ? x : NaN with lines linecolor rgb "#666666" dashtype 3 notitle, \
     point(2) using ($13 > 0.5 ? $13 : NaN):12 with linespoints linewidth 2 pointtype 7 pointsize 0.6 linecolor rgb "#0072b2" title "K = 2, test", \
     point(4) using ($13 > 0.5 ? $13 : NaN):12 with linespoints linewidth 2 pointtype 5 pointsize 0.6 linecolor rgb "#d55e00" title "K = 4, test", \
     point(8) using ($13 > 0.5 ? $13 : NaN):12 with linespoints linewidth 2 pointtype 9 pointsize 0.8 linecolor rgb "#009e73" title "K = 8, test"
