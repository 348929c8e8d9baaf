#include "study/study.hpp"

#include <vector>

#include "base/interrupt.hpp"

namespace scorefield::study {

diffusion::TimeGrid even_steps(const diffusion::ProcessSettings& process, int steps) {
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(steps));
    for (int k = steps; k > 0; --k) times.push_back(static_cast<double>(k) / steps);
    return {diffusion::make_process(process), times};
}

StudyProgress::StudyProgress(const StudyRequest& request, const std::string& title, std::uint64_t total)
    : bar_("study " + title, total, "parts", request.progress) {}

void StudyProgress::next(const std::string& what) {
    base::require_not_interrupted();
    bar_.update(done_++, what);
}

}  // namespace scorefield::study
