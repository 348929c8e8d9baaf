#include "base/error.hpp"

#include <new>

#include "base/text.hpp"

namespace scorefield::base {
namespace {

// Characters of each part: what stands in files, arguments and names may be of any length, a line may not.
constexpr std::size_t kMostWhat = 120;
constexpr std::size_t kMostWhere = 240;
constexpr std::size_t kMostWhy = 240;
constexpr std::size_t kMostHint = 1000;  // ours: lists of names

std::string one_line(const std::string& what, const std::string& where, const std::string& why,
                     const std::string& hint) {
    std::string line = shortened(what, kMostWhat);
    if (!where.empty()) line += " (" + shortened(where, kMostWhere) + ")";
    if (!why.empty()) line += ": " + shortened(why, kMostWhy);
    if (!hint.empty()) line += "; " + shortened(hint, kMostHint);
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

std::string error_line(const std::exception& error) {
    if (dynamic_cast<const Error*>(&error) != nullptr) return error.what();
    if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
        return "out of memory (host): the machine has too little for this request; ask for less";
    }
    return std::string("internal error (scorefield): ") + error.what() + "; please report it";
}

}  // namespace scorefield::base
