# Second opinion on {{.Wave}}: rebuilds the sample design in R and computes the scores of every street again.
#
#   Rscript script.R            (R with the package "survey"; files of this archive in the working directory)
#
# It writes results.csv, compares it with expected.csv (the scores of the platform) where that exists, prints the greatest differences, and ends
# with status 1 if any is above 1e-6. Nothing in it is specific to this program: change the design below and see what happens.

suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "remove") # a stratum with one unit says nothing about spread; the platform gives no standard error there

d <- read.csv("responses.csv", colClasses = "character", na.strings = "", check.names = FALSE)
tree <- read.csv("indicators.csv", colClasses = "character", na.strings = "", check.names = FALSE, fileEncoding = "UTF-8")
for (v in c("population", "weight_before", "weight")) d[[v]] <- as.numeric(d[[v]])

# The plan of the wave, as frozen.
scale     <- c({{range $i, $s := .Scale}}{{if $i}}, {{end}}"{{$s.Mark}}" = {{$s.Score}}{{end}})
satisfied <- c({{range $i, $s := .Scale}}{{if $i}}, {{end}}"{{$s.Mark}}" = {{$s.Satisfied}}{{end}})
groups    <- c({{range $i, $g := .Groups}}{{if $i}}, {{end}}"{{$g.Code}}" = {{$g.Weight}}{{end}}) # weights of the kinds of respondents
streets   <- c({{range $i, $s := .Streets}}{{if $i}}, {{end}}"{{$s}}"{{end}})

# Only answers of the probability sample that nobody set aside make the score.
d <- d[d$channel == "targeted" & d$excluded == "0", ]

{{if .Clusters -}}
# Communities were drawn: they are the first-stage units, streets the strata.
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight_before, data = d, nest = TRUE)
{{- else -}}
# Respondents were drawn within street and group, with the finite population correction.
design <- svydesign(ids = ~1, strata = ~stratum, fpc = ~population, weights = ~weight_before, data = d)
{{- end}}
{{if .Margins}}
# Calibration: the weights are fitted to the totals of the plan. The totals are those that the final weights add up to.
total <- function(v) { t <- tapply(d$weight, d[[v]], sum); x <- data.frame(names(t), as.numeric(t)); names(x) <- c(v, "Freq"); x }
for (v in c({{range $i, $m := .Margins}}{{if $i}}, {{end}}"{{$m}}"{{end}})) { d[[v]][is.na(d[[v]])] <- "none"; design$variables[[v]] <- d[[v]] }
{{if eq .Method "rake" -}}
design <- rake(design, list({{range $i, $m := .Margins}}{{if $i}}, {{end}}~{{$m}}{{end}}), list({{range $i, $m := .Margins}}{{if $i}}, {{end}}total("{{$m}}"){{end}}),
               control = list(maxit = 1000, epsilon = 1e-12, verbose = FALSE))
{{- else if eq .Method "poststratify" -}}
design <- postStratify(design, ~{{index .Margins 0}}, total("{{index .Margins 0}}"))
{{- else -}}
dummies <- do.call(cbind, lapply(c({{range $i, $m := .Margins}}{{if $i}}, {{end}}"{{$m}}"{{end}}), function(v) sapply(sort(unique(d[[v]])), function(l) as.numeric(d[[v]] == l))))
q <- qr(dummies)
dummies <- dummies[, sort(q$pivot[seq_len(q$rank)])] # margins repeat each other in part
colnames(dummies) <- paste0("z", seq_len(ncol(dummies)))
design$variables <- cbind(design$variables, dummies)
design <- calibrate(design, as.formula(paste("~ 0 +", paste(colnames(dummies), collapse = " + "))), population = colSums(d$weight * dummies),
                    calfun = "{{.Method}}", bounds = c({{.Low}}, {{.High}}), maxit = 1000, epsilon = 1e-12)
{{- end}}
{{end}}
off <- max(abs(weights(design) / d$weight - 1))
cat(sprintf("weights: greatest relative difference %.2e\n", off))

# totals() estimates, for a part of the sample, every sum that a score needs: per kind of respondent and column the answers that count (v), their scores (y) and
# how many are satisfied (s), with the covariance matrix of all of them. That is the survey package's work.
tree$weight <- as.numeric(tree$weight)
asked <- unique(tree[, c("group", "column")])
totals <- function(inside) {
  columns <- list()
  for (k in seq_len(nrow(asked))) {
    y <- scale[d[[asked$column[k]]]]
    valid <- inside & d$group == asked$group[k] & !is.na(y)
    if (!any(valid)) next
    name <- paste(asked$group[k], asked$column[k])
    columns[[paste("v", name)]] <- as.numeric(valid)
    columns[[paste("y", name)]] <- ifelse(valid, y, 0)
    columns[[paste("s", name)]] <- ifelse(valid, 100 * satisfied[d[[asked$column[k]]]], 0)
  }
  sums <- svytotal(do.call(cbind, columns), design)
  list(t = setNames(coef(sums), names(columns)), v = unname(vcov(sums)))
}

# score() is  sum over groups of weight x sum over indicators of share x mean. Each mean is a ratio of two totals; the delta method gives the standard error.
# An indicator nobody answered, and a group nobody belongs to, give their weight to the others in proportion.
score <- function(sums, members, kind) {
  members <- members[paste("v", members$group, members$column) %in% names(sums$t), ]
  if (!nrow(members)) return(c(NA, NA))
  there <- intersect(names(groups), members$group)
  shares <- groups[there] / sum(groups[there])
  estimate <- 0; slope <- setNames(numeric(length(sums$t)), names(sums$t))
  for (g in there) {
    own <- members[members$group == g, ]
    for (k in seq_len(nrow(own))) {
      f <- shares[[g]] * own$weight[k] / sum(own$weight)
      up <- paste(kind, g, own$column[k]); down <- paste("v", g, own$column[k])
      estimate <- estimate + f * sums$t[[up]] / sums$t[[down]]
      slope[up] <- slope[up] + f / sums$t[[down]]
      slope[down] <- slope[down] - f * sums$t[[up]] / sums$t[[down]]^2
    }
  }
  c(estimate, sqrt(drop(slope %*% sums$v %*% slope)))
}

results <- data.frame()
for (area in c("{{.District}}", streets)) {
  sums <- totals(if (area == "{{.District}}") rep(TRUE, nrow(d)) else d$street == area)
  for (node in unique(tree$node)) {
    members <- tree[tree$node == node, ]
    a <- score(sums, members, "y")
    b <- score(sums, members, "s")
    results <- rbind(results, data.frame(area = area, node = node, score = a[1], se = a[2], rate = b[1], rate_se = b[2]))
  }
}
write.csv(results, "results.csv", row.names = FALSE)
print(head(results[results$node == "TOTAL", ], 20), row.names = FALSE)

bad <- off > 1e-6
if (file.exists("expected.csv")) {
  expected <- read.csv("expected.csv", colClasses = c(area = "character", node = "character"))
  both <- merge(results, expected, by = c("area", "node"), suffixes = c("", ".platform"))
  cat(sprintf("compared with the platform: %d of %d rows\n", nrow(both), nrow(expected)))
  bad <- bad || nrow(both) < nrow(expected)
  for (v in c("score", "se", "rate", "rate_se")) {
    difference <- max(abs(both[[v]] - both[[paste0(v, ".platform")]]), na.rm = TRUE)
    cat(sprintf("%-8s greatest difference %.2e\n", v, difference))
    bad <- bad || difference > 1e-6
    worst <- which.max(abs(both[[v]] - both[[paste0(v, ".platform")]]))
    if (difference > 1e-6) cat("  at", both$area[worst], both$node[worst], "\n")
  }
}
if (bad) { cat("NOT the same\n"); quit(status = 1) }
cat("the same\n")
