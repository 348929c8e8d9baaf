#include "session/run_states.hpp"

#include <algorithm>
#include <variant>

namespace scorefield::session {

std::vector<RunState> run_states_of(const diffusion::Program& program) {
    std::vector<RunState> run_states;
    for (const diffusion::Op& op : program.ops) {
        const diffusion::Eval* eval = std::get_if<diffusion::Eval>(&op.instruction);
        if (eval == nullptr || op.step < static_cast<int>(run_states.size())) continue;
        run_states.resize(static_cast<std::size_t>(op.step), run_states.empty() ? RunState() : run_states.back());
        run_states.push_back({0, eval->t, eval->alpha, eval->sigma, false, 0});
    }
    run_states.resize(static_cast<std::size_t>(program.steps), run_states.empty() ? RunState() : run_states.back());
    const bool to_noise =
        run_states.back().sigma * run_states.front().alpha > run_states.front().sigma * run_states.back().alpha;
    run_states.push_back(to_noise ? run_states.back() : RunState{0, 0, 1, 0, true, 0});
    for (const diffusion::Op& op : program.ops) {
        const bool is_evaluation = std::holds_alternative<diffusion::Eval>(op.instruction);
        const auto next = std::min(static_cast<std::size_t>(op.step) + 1, run_states.size() - 1);
        if (is_evaluation) ++run_states[next].evaluations;
    }
    for (std::size_t i = 0; i < run_states.size(); ++i) {
        run_states[i].number = static_cast<int>(i);
        if (i > 0) run_states[i].evaluations += run_states[i - 1].evaluations;
    }
    return run_states;
}

}  // namespace scorefield::session
