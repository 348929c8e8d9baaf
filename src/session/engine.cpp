#include "session/engine.hpp"

namespace scorefield::session {

std::vector<float> final_states(EngineScore& score, const RunRequest& request) {
    std::vector<float> states;
    states.reserve(std::size_t{request.particles} * score.dim());
    score.run(request, [&](const Batch& batch) {
        if (batch.state == request.program.steps) states.insert(states.end(), batch.rows.begin(), batch.rows.end());
    });
    return states;
}

}  // namespace scorefield::session
