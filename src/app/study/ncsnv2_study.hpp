#pragma once

#include <vector>

#include "app/study/study.hpp"
#include "app/study/table.hpp"

namespace scorefield::app {

/// What the techniques of Song & Ermon 2020 propose for request.data, and the flags that follow them.
std::vector<Table> ncsnv2_study(const StudyRequest& request);

}  // namespace scorefield::app
