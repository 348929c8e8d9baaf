#include "data/csv.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "data/csv_lines.hpp"
#include "data/files.hpp"
#include "data/number_text.hpp"

namespace scorefield::data {
namespace {

constexpr const char* kWhat = "cannot read CSV";
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 32U;
constexpr std::size_t kMaxColumns = 65'536;
constexpr const char* kFormHint = "give a line of numbers for each point, with commas between them";

std::string small(std::string_view text) {
    std::string letters(text);
    for (char& letter : letters) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return letters;
}

/// What R, pandas, SQL and spreadsheets write where there is no value.
bool is_missing(std::string_view field) {
    constexpr std::array<std::string_view, 11> kMissing = {"",     "na",  "n/a",     "<na>",  "null",   "none",
                                                           "#n/a", "#na", "#div/0!", "#num!", "#value!"};
    constexpr std::size_t kLongest = 7;
    return field.size() <= kLongest && std::ranges::find(kMissing, small(field)) != kMissing.end();
}

/// NaN where it is missing.
std::optional<double> number_of(std::string_view field) {
    return is_missing(field) ? std::numeric_limits<double>::quiet_NaN() : parse_number(field);
}

class CsvReader {
  public:
    CsvReader(const std::filesystem::path& path, std::string_view text) : path_(path), lines_(text) {}

    PointFile read() {
        if (!lines_.next()) fail_file("it holds no points");
        if (read_separator() && !lines_.next()) fail_file("it holds no points");
        bool has_line = true;
        if (is_header()) {
            const std::size_t columns = read_header();
            has_line = lines_.next();
            // A title does not tell the separators below it; a single word is the name of a single column.
            const bool is_title = separator_ == kAnySpace && columns > 1;
            if (has_line && is_title) separator_ = separator_of(lines_.line());
        }
        for (; has_line; has_line = lines_.next()) read_row();
        if (values_.empty()) fail_file("it holds no points");
        PointFile file = points_from_rows(path_, kWhat, std::move(values_), *width_);
        if (first_column_ > 0) file.remarks.emplace_back("skipped the unnamed first column (row index)");
        return file;
    }

  private:
    [[noreturn]] void fail_file(const std::string& why) const {
        throw base::request_error(kWhat, path_.string(), why, kFormHint);
    }
    [[noreturn]] void fail(const std::string& place, const std::string& why, const std::string& hint) const {
        throw base::request_error(kWhat, fmt::format("{}, line {}{}", path_.string(), lines_.number(), place), why,
                                  hint);
    }

    /// `sep=;`, which spreadsheets write and read, and the separator of the first line where it is not that.
    bool read_separator() {
        constexpr std::string_view kDirective = "sep=";
        const std::string_view line = trimmed(lines_.line());
        separator_ = separator_of(line);
        if (line.size() > kDirective.size() + 1 || !small(line.substr(0, kDirective.size())).starts_with(kDirective)) {
            return false;
        }
        separator_ = line.size() == kDirective.size() ? '\t' : line.back();
        return true;
    }

    /// Whether the line names the columns: no field of it is a number, or the first is empty and the others count on
    /// from 0, as pandas numbers columns without names.
    bool is_header() const {
        CsvFields fields(lines_.line(), separator_);
        bool no_number = true;
        bool has_name = false;
        bool counts = true;
        std::size_t column = 0;
        for (auto field = fields.next(); field; field = fields.next(), ++column) {
            no_number = no_number && !parse_number(*field) && !has_decimal_comma(*field);
            has_name = has_name || !number_of(*field);
            counts = counts && *field == (column == 0 ? "" : std::to_string(column - 1));
        }
        return (no_number && has_name) || (counts && column > 1);
    }

    /// Returns the number of names.
    std::size_t read_header() {
        CsvFields fields(lines_.line(), separator_);
        std::size_t columns = 0;
        bool last_is_empty = false;
        for (auto field = fields.next(); field; field = fields.next()) {
            if (columns++ == 0 && separator_ != kAnySpace) {
                first_column_ = field->empty() || small(*field).starts_with("unnamed: 0") ? 1 : 0;
            }
            last_is_empty = field->empty();
        }
        // Names with spaces in them do not tell how many columns there are.
        if (separator_ != kAnySpace) set_width(columns - (last_is_empty ? 1 : 0));
        return columns;
    }

    /// `columns` of the first line, with one that is left out.
    void set_width(std::size_t columns) {
        if (columns <= first_column_) fail("", "it has no column of numbers", kFormHint);
        if (columns > kMaxColumns) {
            fail("", fmt::format("{} columns are more than the {} that are read", columns, kMaxColumns), kFormHint);
        }
        width_ = columns - first_column_;
    }

    void read_row() {
        CsvFields fields(lines_.line(), separator_);
        const std::size_t begin = values_.size();
        std::size_t column = 0;
        bool last_is_empty = false;
        for (auto field = fields.next(); field; field = fields.next(), ++column) {
            last_is_empty = field->empty();
            if (column >= first_column_) values_.push_back(value(*field, column));
        }
        if (!width_) set_width(column - (last_is_empty && column > 1 ? 1 : 0));
        std::size_t found = values_.size() - begin;
        // A separator behind the last value.
        if (last_is_empty && found == *width_ + 1) {
            values_.pop_back();
            --found;
        }
        if (found != *width_) {
            fail("", fmt::format("it has {} values, the first line has {}", found, *width_), kFormHint);
        }
    }

    static std::string hint_for(const NotANumber& wrong, bool is_two) {
        if (is_two) return "write numbers with a decimal point, not a comma, and separate all columns in the same way";
        return wrong.hint.empty() ? kFormHint : wrong.hint;
    }

    double value(std::string_view field, std::size_t column) const {
        const std::optional<double> number = number_of(field);
        const std::string place = fmt::format(", column {}", column + 1);
        if (!number) {
            const NotANumber wrong = explain_not_a_number(field);
            const bool is_two = separator_ == ',' && field.find_first_of(" \t") != std::string_view::npos;
            fail(place, is_two ? wrong.why + " but several" : wrong.why, hint_for(wrong, is_two));
        }
        if (std::isfinite(*number) && !std::isfinite(static_cast<float>(*number))) {
            fail(place, "it overflows float32", "use a larger unit");
        }
        return *number;
    }

    const std::filesystem::path& path_;
    CsvLines lines_;
    char separator_ = kAnySpace;
    std::size_t first_column_ = 0;  ///< 1 where a column of row numbers is left out
    std::optional<std::size_t> width_;
    std::vector<double> values_;
};

}  // namespace

PointFile read_csv(const std::filesystem::path& path) {
    InputFile file(path, "CSV");
    if (file.size() > kMaxBytes) {
        throw base::request_error(kWhat, path.string(),
                                  fmt::format("{} bytes are more than the {} that are read", file.size(), kMaxBytes),
                                  "write the points as .npy");
    }
    const std::string text = file.read(file.size());
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || text.find('\0') != std::string::npos) {
        throw base::request_error(kWhat, path.string(), "it is not plain text but UTF-16 or binary",
                                  "save it as UTF-8 text");
    }
    return CsvReader(path, text).read();
}

}  // namespace scorefield::data
