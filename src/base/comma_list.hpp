#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scorefield::base {

/// The items between the commas, without the spaces around them. Throws base::Error (request) naming `field` where one
/// is empty, with `example`, or given twice.
std::vector<std::string> comma_list(const std::string& field, std::string_view list, const std::string& example);

}  // namespace scorefield::base
