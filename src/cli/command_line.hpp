#pragma once

#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace scorefield::cli {

/// What a command line asks for: a command to run, or a text to print (help, version).
struct CommandLine : settings::Request {
    std::string text;  ///< where not empty, print it and do nothing else
};

/// Reads the arguments after the binary's name. Throws base::Error (request) for everything that is wrong with them:
/// commands and flags that are unknown (with the nearest name), not for this command, said twice or without a value,
/// values that `assign` refuses, required settings that are missing, files too few or too many.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace scorefield::cli
