# Rscript survey.R FILE CASE: the same tables with the R package survey; prints the seconds after start-up and the first result.
# Cases: street, community, cluster, covmat, rake, boot (100 replicates of two items only: more takes minutes).
args <- commandArgs(TRUE)
suppressMessages(library(survey))
started <- proc.time()[["elapsed"]]
answers <- if (requireNamespace("data.table", quietly = TRUE)) as.data.frame(data.table::fread(args[1], nThread = 1)) else read.csv(args[1])
items <- sprintf("q%02d", 1:17)
for (q in items) answers[[q]][is.na(answers[[q]])] <- 3L # one row set for all items, as the package wants it
all <- reformulate(items)
design <- if (args[2] == "cluster") {
  svydesign(~community, strata = ~street, weights = ~w, data = answers, nest = TRUE)
} else {
  svydesign(~1, strata = ~stratum, weights = ~w, fpc = ~fpc, data = answers)
}
counts <- function(column) xtabs(reformulate(column, "w"), answers)
result <- switch(args[2],
  street = , cluster = svyby(all, ~street, design, svymean),
  community = svyby(all, ~community, design, svymean),
  covmat = svyby(all, ~street, design, svymean, covmat = TRUE),
  rake = svymean(all, rake(design, list(~street, ~sex, ~age), list(counts("street"), counts("sex"), counts("age")))),
  boot = svyby(~q01 + q02, ~street, as.svrepdesign(design, type = "subbootstrap", replicates = 100), svymean)
)
cat(sprintf("%.2f %.10f %.10f\n", proc.time()[["elapsed"]] - started, coef(result)[[1]], as.matrix(SE(result))[[1]]))
