#pragma once

#include <string>
#include <vector>

#include "app/study/study.hpp"
#include "app/study/table.hpp"

namespace scorefield::app {

/// Measures the table of automatic spacings (diffusion::spacing_rules) anew, on the host: every shipped model, and the
/// exact tree on processes without one, by samplers of several families in few and in many steps with every spacing
/// that can be chosen; the k-NN two-sample statistic of each against fresh data, which of them is best, and whether the
/// built-in one is as good but for chance. The second table sums that up by process. Where `data` is not empty, of the
/// models of that data set alone; throws base::Error (request, --data) where there is none.
std::vector<Table> spacings_study(const StudyRequest& request, const std::string& data);

}  // namespace scorefield::app
