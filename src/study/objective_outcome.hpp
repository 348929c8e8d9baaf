#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "render/plot.hpp"
#include "study/score_error.hpp"
#include "study/table.hpp"
#include "train/objectives.hpp"
#include "train/train_spec.hpp"

namespace scorefield::study {

/// Ratios σ/α of noise to signal at which objectives are judged: the levels of ncsn.
inline constexpr std::array<double, 10> kJudgedRatios = {0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12};

/// What training on an objective comes to.
struct ObjectiveOutcome {
    train::TrainSpec spec;
    double seconds = 0;
    std::array<std::optional<ScoreError>, kJudgedRatios.size()> errors = {};  ///< none where it never sees that ratio
};

/// `dsm`, or `dsm, σ/α = 0.01` of one on a single level.
std::string outcome_name(const train::TrainSpec& spec);

/// Two tables for one data set: errors where the noised data are, and where they hardly are; all outcomes.
std::vector<Table> outcome_tables(const std::string& data, const std::vector<ObjectiveOutcome>& outcomes);

/// What theory expects of the objectives on one data set, and whether it is seen: rows of kClaimColumns. The outcomes
/// are those of all objectives on all levels, of dsm on 0.01 and 0.16 and of ism on 0.01.
std::vector<std::vector<Cell>> claim_rows(const std::string& data, const std::vector<ObjectiveOutcome>& outcomes);
inline const std::vector<std::string> kClaimColumns = {"data", "expected", "at least", "at most", "measured", "pass"};

/// Three plots of the errors over σ/α: of the objectives on discrete levels of ddpm, on processes of their own, and on
/// ve.
std::vector<render::Plot> outcome_plots(const std::string& data, const std::vector<ObjectiveOutcome>& outcomes);

}  // namespace scorefield::study
