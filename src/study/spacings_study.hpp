#pragma once

#include <string>
#include <vector>

#include "study/study.hpp"
#include "study/table.hpp"

namespace scorefield::study {

/// Verifies the rules of automatic spacing (diffusion::spacing_rules), on the host. Runs every shipped model, and the
/// exact tree on processes without a model, with samplers of several families in few and in many steps and with every
/// candidate spacing. Reports the k-NN two-sample statistic of each against fresh data, the best spacing, and whether
/// the automatic spacing is as good within statistical error. The second table averages per process. `data` restricts
/// the study to models of one data set; throws base::Error (request, --data) if there is none.
std::vector<Table> spacings_study(const StudyRequest& request, const std::string& data);

}  // namespace scorefield::study
