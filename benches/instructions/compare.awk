# Compares counts with the baseline: three files, baseline, accepted, counts; tab-separated. Fails over the limit, for what
# only one side knows, and for a line of acceptance that is not a count with a reason.
FNR == 1 { file++ }
/^#/ || NF == 0 { next }
file == 1 { baseline[$1] = $2; known++; next }
file == 2 {
    if (NF < 3 || $2 !~ /^[0-9]+$/ || $3 == "") { printf "accepted.tsv: not an operation, a count and a reason: %s\n", $0; failed++ }
    accepted[$1] = $2
    next
}
{
    counted++
    if (!($1 in baseline)) { printf "%-34s %8d  NOT IN THE BASELINE: make instructions-baseline\n", $1, $2; failed++; next }
    seen[$1] = 1
    change = 100 * ($2 - baseline[$1]) / baseline[$1]
    verdict = ""
    if (change > limit) {
        # A slow-down that was accepted, and no more than that and the limit on top.
        if (($1 in accepted) && $2 <= accepted[$1] * (1 + limit / 100)) verdict = "accepted"
        else { verdict = "TOO MANY: make it faster, or accept it with a reason in accepted.tsv"; failed++ }
    } else if (change < -limit) { verdict = "better: renew the baseline (make instructions-baseline)" }
    printf "%-34s %8d  baseline %8d  %+6.1f %%  %s\n", $1, $2, baseline[$1], change, verdict
}
END {
    for (name in baseline) if (!(name in seen)) { printf "%-34s NOT COUNTED\n", name; failed++ }
    printf "instructions: %d operations, %d failed\n", counted, failed
    exit (failed > 0 || counted == 0) ? 1 : 0
}
