#pragma once

#include <memory>
#include <span>
#include <vector>

#include "diffusion/prediction.hpp"
#include "diffusion/program.hpp"
#include "diffusion/target.hpp"
#include "session/engine.hpp"
#include "study/study.hpp"

namespace scorefield::study {

/// A study's particles on an engine, moved by programs that ask an exact target.
class TargetParticles {
  public:
    /// `target` answers for `prediction`.
    TargetParticles(session::Engine& engine, std::shared_ptr<const diffusion::Target> target,
                    const diffusion::Parametrisation& prediction, const StudyRequest& request);

    const diffusion::Target& target() const { return *target_; }
    const diffusion::Parametrisation& prediction() const { return prediction_; }

    /// Final states (particles, dim), from the program's own start or from `init` of that shape.
    std::vector<float> run(const diffusion::Program& program, std::span<const float> init = {});
    /// States after all steps in `states` (0: the start), each (particles, dim), in their order (increasing).
    std::vector<std::vector<float>> run(const diffusion::Program& program, std::span<const float> init,
                                        std::span<const int> states);
    /// Seconds of the last run, start-up and warm-up excluded.
    double seconds() const { return seconds_; }

    /// Exact draws of the target under `at`, (particles, dim).
    std::vector<float> draws(const diffusion::Marginal& at = {}) const;

  private:
    session::RunRequest run_request(const diffusion::Program& program, std::span<const float> init) const;

    std::shared_ptr<const diffusion::Target> target_;
    diffusion::Parametrisation prediction_;
    StudyRequest request_;
    std::unique_ptr<session::EngineScore> score_;
    double seconds_ = 0;
};

}  // namespace scorefield::study
