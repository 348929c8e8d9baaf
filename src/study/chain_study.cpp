#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diffusion/targets.hpp"
#include "diffusion/three_states.hpp"
#include "study/agreement.hpp"
#include "study/engine_studies.hpp"
#include "study/target_particles.hpp"

namespace scorefield::study {
namespace {

using namespace diffusion;

/// How often each path x → y → x' was taken.
struct Counts {
    StateTable forward = {};   ///< [x][y]
    StateTable backward = {};  ///< [y][x']
};

Counts count_paths(session::Engine& engine, const StudyRequest& request) {
    constexpr std::array<int, 3> kStates = {1, 2, 3};
    TargetParticles population(engine, diffusion::open_target({.name = "three_states"}), Prediction::x0, request);
    const std::vector<std::vector<float>> places = population.run(three_states_program(), {}, kStates);
    Counts counts;
    for (std::size_t i = 0; i < request.particles; ++i) {
        const std::size_t middle = state_at(places[1][i]);
        ++counts.forward[state_at(places[0][i])][middle];
        ++counts.backward[middle][state_at(places[2][i])];
    }
    return counts;
}

/// One row per probability: predicted, measured as a share of `total`.
class ChainComparison {
  public:
    explicit ChainComparison(const std::string& title)
        : table_{.title = title,
                 .columns = {"", "predicted", "measured", "standard error", "z-score", "pass"},
                 .rows = {},
                 .notes = {fmt::format("'pass': |z-score| <= {}.", kStandardErrors)}} {}

    void add(const std::string& name, double predicted, double hits, double total) {
        const double measured = hits / total;
        const double error = std::sqrt(predicted * (1 - predicted) / total);
        const double deviations = (measured - predicted) / error;
        table_.rows.push_back({name, predicted, measured, error, deviations, std::abs(deviations) <= kStandardErrors});
    }
    const Table& table() const { return table_; }

  private:
    Table table_;
};

double sum(const StateLaw& counts) {
    return counts[0] + counts[1] + counts[2];
}

Table conditional_table(const std::string& title, char from, char to, const StateTable& predicted,
                        const StateTable& counts) {
    ChainComparison comparison(title);
    for (std::size_t i = 0; i < kChainStates; ++i) {
        for (std::size_t j = 0; j < kChainStates; ++j) {
            comparison.add(fmt::format("p({} = {} | {} = {})", to, j + 1, from, i + 1), predicted[i][j], counts[i][j],
                           sum(counts[i]));
        }
    }
    return comparison.table();
}

/// The shares of x among the steps forward to y beside those of x' among the steps back from y: given y both are as
/// many draws of p(x|y), and none of the other.
Table counted_backward_table(const Counts& counts) {
    Table table = {.title = "Backward table p(x|y), counted from the forward steps and from the backward steps",
                   .columns = {"", "forward", "backward", "standard error", "z-score", "pass"},
                   .rows = {},
                   .notes = {fmt::format("Both columns are counts; no formula is used. Standard error: of their "
                                         "difference. 'pass': |z-score| <= {}.",
                                         kStandardErrors)}};
    for (std::size_t y = 0; y < kChainStates; ++y) {
        const double total = sum(counts.backward[y]);
        for (std::size_t x = 0; x < kChainStates; ++x) {
            const double forward = counts.forward[x][y] / total;
            const double back = counts.backward[y][x] / total;
            const double share = (forward + back) / 2;
            const double error = std::sqrt(2 * share * (1 - share) / total);
            const double deviations = (back - forward) / error;
            table.rows.push_back({fmt::format("p(x = {} | y = {})", x + 1, y + 1), forward, back, error, deviations,
                                  std::abs(deviations) <= kStandardErrors});
        }
    }
    return table;
}

Table law_table(const std::string& title, const std::string& name, const StateLaw& predicted, const StateLaw& counts) {
    ChainComparison comparison(title);
    for (std::size_t i = 0; i < kChainStates; ++i) {
        comparison.add(fmt::format("p({} = {})", name, i + 1), predicted[i], counts[i], sum(counts));
    }
    return comparison.table();
}

}  // namespace

std::vector<Table> chain_study(session::Engine& engine, const StudyRequest& request) {
    const StateTable joint = joint_table(kChainStart, kChainForward);
    const Counts counts = count_paths(engine, request);
    ChainComparison joint_comparison("Joint table p(x, y)");
    for (std::size_t x = 0; x < kChainStates; ++x) {
        for (std::size_t y = 0; y < kChainStates; ++y) {
            joint_comparison.add(fmt::format("p(x = {}, y = {})", x + 1, y + 1), joint[x][y], counts.forward[x][y],
                                 request.particles);
        }
    }
    return {conditional_table("Forward table p(y|x), as given", 'x', 'y', kChainForward, counts.forward),
            joint_comparison.table(),
            law_table("Marginal p(y)", "y", marginal_law(joint), marginal_law(counts.forward)),
            conditional_table("Backward table p(x|y), by Bayes' rule and as measured", 'y', 'x', backward_table(joint),
                              counts.backward),
            counted_backward_table(counts),
            law_table("Population after one forward and one backward step: p(x) again", "x", kChainStart,
                      marginal_law(counts.backward))};
}

}  // namespace scorefield::study
