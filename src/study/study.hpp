#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "data/png_text.hpp"
#include "diffusion/process.hpp"
#include "diffusion/time_grid.hpp"

namespace scorefield::study {

/// What all studies take.
struct StudyRequest {
    std::uint32_t particles = 0;
    std::uint64_t seed = 0;
    double target_variance = 0.01;                  ///< of study gaussian
    std::string data = "swiss_roll";                ///< of study ncsnv2
    std::filesystem::path model = {};               ///< of quality and samplers; empty: all that come with Scorefield
    bool progress = true;                           ///< show a bar where standard error is a terminal
    std::uint64_t train_steps = 0;                  ///< of those that train
    std::filesystem::path out = {};                 ///< picture of those that draw one; empty: none
    std::vector<data::PngText> picture_texts = {};  ///< what a PNG says beside the picture
};

/// Nodes t = k/steps for k = steps … 1, the last step to the clean state.
diffusion::TimeGrid even_steps(const diffusion::ProcessSettings& process, int steps);

/// The bar of a study of `total` parts, which also ends it at an interrupt.
class StudyProgress {
  public:
    StudyProgress(const StudyRequest& request, const std::string& title, std::uint64_t total);

    /// One more part begins.
    void next(const std::string& what);

  private:
    base::Progress bar_;
    std::uint64_t done_ = 0;
};

}  // namespace scorefield::study
