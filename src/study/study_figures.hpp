#pragma once

#include <string_view>
#include <vector>

#include "render/plot.hpp"
#include "study/figure.hpp"
#include "study/table.hpp"

namespace scorefield::study {

/// The panels of the figure of a study that draws its tables (Drawing::tables).
FigureLayout study_layout(std::string_view study);

/// Its plots, a panel each, from the tables that it has returned: measured figures as lines, predictions dashed.
std::vector<render::Plot> study_plots(std::string_view study, const std::vector<Table>& tables);

}  // namespace scorefield::study
