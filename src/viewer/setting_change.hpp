#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::viewer {

/// Whether the controls change the setting in the plan of the next training, and not in what is shown.
bool is_of_training(const settings::Setting& setting);

/// Whether a running viewer cannot change the setting: it says how the window and its log are opened.
bool is_of_start(const settings::Setting& setting);

/// The values to choose from, where a control lists them; empty: a number or a text.
std::vector<std::string_view> values_to_choose(const settings::Setting& setting);

/// A number as people type it, as settings read it: without blanks around it, with a plain minus sign.
std::string plain_number(std::string text);

/// Adjusts what depends on a setting that the user has just changed: another sampler, spacing or process starts from
/// its own parameters, a model and an objective from the prediction and the process that suit them, and parameters
/// without effect are unset.
void adjust_dependents(settings::Settings& settings, std::string_view changed);

}  // namespace scorefield::viewer
