#include "base/error.hpp"

#include <algorithm>

namespace scorefield::base {
namespace {

std::string one_line(const std::string& what, const std::string& where, const std::string& why,
                     const std::string& hint) {
    std::string line = what;
    if (!where.empty()) line += " (" + where + ")";
    if (!why.empty()) line += ": " + why;
    if (!hint.empty()) line += "; " + hint;
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return line;
}

}  // namespace

Error::Error(Fault fault, const std::string& what, const std::string& where, const std::string& why,
             const std::string& hint)
    : std::runtime_error(one_line(what, where, why, hint)), fault_(fault) {}

Error request_error(const std::string& what, const std::string& where, const std::string& why,
                    const std::string& hint) {
    return {Fault::request, what, where, why, hint};
}

Error running_error(const std::string& what, const std::string& where, const std::string& why,
                    const std::string& hint) {
    return {Fault::running, what, where, why, hint};
}

}  // namespace scorefield::base
