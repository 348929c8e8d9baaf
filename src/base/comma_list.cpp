#include "base/comma_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace scorefield::base {

std::vector<std::string> comma_list(const std::string& field, std::string_view list, const std::string& example) {
    std::vector<std::string> items;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        std::string_view item = list.substr(begin, end - begin);
        item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
        item = item.substr(0, item.find_last_not_of(' ') + 1);
        if (item.empty()) {
            throw request_error("empty item", field, fmt::format("a name is missing in '{}'", shown(list)),
                                "separate items by commas, e.g. " + example);
        }
        if (std::ranges::find(items, item) != items.end()) {
            throw request_error(fmt::format("'{}' given twice", shown(item)), field,
                                "each item of the list is run once", "give it once");
        }
        items.emplace_back(item);
        begin = end + 1;
    }
    return items;
}

}  // namespace scorefield::base
