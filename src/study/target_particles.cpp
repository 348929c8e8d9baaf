#include "study/target_particles.hpp"

#include <algorithm>

#include "diffusion/exact_draws.hpp"

namespace scorefield::study {

TargetParticles::TargetParticles(session::Engine& engine, std::shared_ptr<const diffusion::Target> target,
                                 const diffusion::Parametrisation& prediction, const StudyRequest& request)
    : target_(std::move(target)),
      prediction_(prediction),
      request_(request),
      score_(engine.open(*target_, prediction)) {}

session::RunRequest TargetParticles::run_request(const diffusion::Program& program, std::span<const float> init) const {
    session::RunRequest run;
    run.program = program;
    run.seed = request_.seed;
    run.particles = request_.particles;
    if (!init.empty()) run.init = session::rows_of(init, score_->dim());
    return run;
}

std::vector<float> TargetParticles::run(const diffusion::Program& program, std::span<const float> init) {
    std::vector<float> states;
    states.reserve(std::size_t{request_.particles} * score_->dim());
    const auto take = [&](const session::Batch& batch) {
        states.insert(states.end(), batch.rows.begin(), batch.rows.end());
    };
    seconds_ = score_->run(run_request(program, init), take).seconds;
    return states;
}

std::vector<std::vector<float>> TargetParticles::run(const diffusion::Program& program, std::span<const float> init,
                                                     std::span<const int> states) {
    std::vector<std::vector<float>> kept(states.size());
    session::RunRequest request = run_request(program, init);
    request.trajectory = true;
    seconds_ = score_
                   ->run(request,
                         [&](const session::Batch& batch) {
                             const auto found = std::ranges::find(states, batch.state);
                             if (found == states.end()) return;
                             std::vector<float>& into = kept[static_cast<std::size_t>(found - states.begin())];
                             into.insert(into.end(), batch.rows.begin(), batch.rows.end());
                         })
                   .seconds;
    return kept;
}

std::vector<float> TargetParticles::draws(const diffusion::Marginal& at) const {
    std::vector<float> points(std::size_t{request_.particles} * static_cast<std::size_t>(target_->dim()));
    diffusion::draw_exact(*target_, request_.seed, 0, at, points);
    return points;
}

}  // namespace scorefield::study
