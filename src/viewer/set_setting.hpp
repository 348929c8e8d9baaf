#pragma once

#include <optional>
#include <string>

#include "viewer/context.hpp"

namespace scorefield::viewer {

/// Gives a setting another value as its control would, or its default without a text: what depends on it is adjusted,
/// and a new run or scene is requested if one is needed. False, with a message, if the value is refused.
bool set_setting(Context& context, const settings::Setting& setting, const std::optional<std::string>& text);

/// Requests a new run, or another scene, if settings that differ from `before` need it.
void request_restart(const settings::Settings& before, Context& context);

}  // namespace scorefield::viewer
