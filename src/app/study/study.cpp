#include "app/study/study.hpp"

#include "app/interrupt.hpp"

namespace scorefield::app {

StudyProgress::StudyProgress(const StudyRequest& request, const std::string& title, std::uint64_t total)
    : bar_("study " + title, total, "parts", request.progress) {}

void StudyProgress::next(const std::string& what) {
    require_not_interrupted();
    bar_.update(done_++, what);
}

}  // namespace scorefield::app
