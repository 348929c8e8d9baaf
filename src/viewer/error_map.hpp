#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/background_job.hpp"
#include "diffusion/target_empirical.hpp"
#include "render/scalar_field.hpp"
#include "session/live_training.hpp"
#include "session/scene.hpp"

namespace scorefield::viewer {

/// Where in the picture the network in training is wrong: σ‖s − s*‖, s* being the exact score of its data (of some of
/// their points, of the class that is shown) at the noise level that the particles are at, or where they are finished
/// samples at one with half as much noise as signal. That is the error of the noise estimate: 1 is as much as knowing
/// nothing. Computed beside the frames, a few times a second.
class ErrorMap {
  public:
    /// Call every frame while it is to be seen. Data of other than two dimensions have no picture.
    void update(const session::Scene& scene, const session::LiveTraining& training);
    /// Forgets the data of the training before.
    void forget();
    /// To be shown under particles of this colour map; null before the first.
    const render::ScalarField* field(render::ColourMap particles);
    /// The mean over the picture, the level, or why there is none; empty before the first.
    std::string summary() const;

  private:
    using Clock = std::chrono::steady_clock;

    std::shared_ptr<const diffusion::EmpiricalTarget> exact_;
    std::shared_ptr<const data::Dataset> data_;  ///< that exact_ is of
    std::optional<std::size_t> label_;           ///< that exact_ is of
    struct Answer {
        std::optional<render::ScalarField> field;
        double sigma = 0;  ///< of the level
        std::shared_ptr<const diffusion::EmpiricalTarget> exact;
    };
    base::BackgroundJob<Answer> answer_;
    std::optional<render::ScalarField> field_;
    double sigma_ = 0;
    std::string problem_;
    Clock::time_point asked_;
};

}  // namespace scorefield::viewer
