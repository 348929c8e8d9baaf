#include "data/csv_lines.hpp"

#include <algorithm>

namespace scorefield::data {
namespace {

constexpr std::string_view kCsvSpace = " \t";

/// Where in a line the first of `letters` is that no quotes are around; its size where there is none.
std::size_t find_unquoted(std::string_view line, std::string_view letters) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"') quoted = !quoted;
        if (!quoted && letters.find(line[i]) != std::string_view::npos) return i;
    }
    return line.size();
}

/// A comment begins the line or follows a space: `#N/A` is what spreadsheets write for a missing value.
std::string_view without_comment(std::string_view line) {
    if (trimmed(line).starts_with('%')) return {};  // not after a value: `5 %` is no comment
    for (std::size_t begin = 0; begin < line.size();) {
        const std::size_t mark = begin + find_unquoted(line.substr(begin), "#");
        if (mark == line.size()) break;
        if (mark == 0 || kCsvSpace.find(line[mark - 1]) != std::string_view::npos) return line.substr(0, mark);
        begin = mark + 1;
    }
    return line;
}

}  // namespace

CsvLines::CsvLines(std::string_view text) : rest_(text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

bool CsvLines::next() {
    while (!rest_.empty()) {
        const std::size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
        const bool pair = rest_.substr(end).starts_with("\r\n");
        line_ = without_comment(rest_.substr(0, end));
        rest_.remove_prefix(std::min(end + (pair ? 2 : 1), rest_.size()));
        ++number_;
        if (!trimmed(line_).empty()) return true;
    }
    return false;
}

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(kCsvSpace), text.size()));
    return text.substr(0, text.find_last_not_of(kCsvSpace) + 1);
}

char separator_of(std::string_view line) {
    for (const std::string_view separator : {";", "\t", ","}) {
        if (find_unquoted(trimmed(line), separator) < trimmed(line).size()) return separator.front();
    }
    return kAnySpace;
}

std::optional<std::string_view> CsvFields::next() {
    if (separator_ == kAnySpace) {
        rest_ = trimmed(rest_);
        done_ = rest_.empty();
    }
    if (done_) return std::nullopt;
    const std::string_view separators = separator_ == kAnySpace ? kCsvSpace : std::string_view(&separator_, 1);
    const std::size_t end = find_unquoted(rest_, separators);
    std::string_view field = trimmed(rest_.substr(0, end));
    done_ = end == rest_.size();
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    quoted_ = field.size() >= 2 && field.front() == '"' && field.back() == '"';
    if (quoted_) {
        field = trimmed(field.substr(1, field.size() - 2));
    }
    return field;
}

}  // namespace scorefield::data
