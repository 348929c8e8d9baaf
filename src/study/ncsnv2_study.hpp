#pragma once

#include <vector>

#include "study/study.hpp"
#include "study/table.hpp"

namespace scorefield::study {

/// What the techniques of Song & Ermon 2020 propose for request.data, and the flags that follow them.
std::vector<Table> ncsnv2_study(const StudyRequest& request);

}  // namespace scorefield::study
