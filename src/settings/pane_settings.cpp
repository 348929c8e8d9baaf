#include "settings/pane_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "settings/command_text.hpp"
#include "settings/scene_file.hpp"

namespace scorefield::settings {
namespace {

constexpr std::string_view kDefault = "default";
constexpr const char* kForm = "give flags, e.g. '--sampler ddpm --steps 1000', or 'same'";

struct Given {
    const Setting* setting;
    std::string value;
};

base::Error refusal(std::size_t index, const std::string& why, const std::string& hint) {
    return base::request_error("invalid pane", "`" + pane_name(index) + "`", why, hint);
}

bool belongs_to_panes(const Setting& setting) {
    constexpr std::array<std::string_view, 3> kGroups = {"Model", "Sampler", "Particles"};
    return std::ranges::find(kGroups, setting.group) != kGroups.end() && setting.taken_by(Command::render);
}

/// The words of a text, as a shell splits it: at spaces outside quotes.
std::vector<std::string> words_of(std::string_view text, std::size_t index) {
    std::vector<std::string> words;
    bool inside = false;  // of a word
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char letter = text[i];
        const bool escapes = letter == '\\' && quote != '\'' && i + 1 < text.size();
        if (quote == 0 && (letter == ' ' || letter == '\t' || letter == '\n')) {
            inside = false;
            continue;
        }
        if (!std::exchange(inside, true)) words.emplace_back();
        if (escapes) {
            words.back() += text[++i];
        } else if (quote == 0 && (letter == '\'' || letter == '"')) {
            quote = letter;
        } else if (quote != 0 && letter == quote) {
            quote = 0;
        } else {
            words.back() += letter;
        }
    }
    if (quote != 0) throw refusal(index, "a quote is not closed", kForm);
    return words;
}

const Setting& setting_of(const std::string& name, std::size_t index) {
    std::vector<std::string_view> names;
    for (const Setting& setting : setting_table()) {
        if (!belongs_to_panes(setting)) continue;
        if (setting.name == name) return setting;
        names.push_back(setting.name);
    }
    if (find_setting(name) != nullptr) {
        throw refusal(index, fmt::format("--{} cannot differ between panes", name),
                      fmt::format("give --{} outside {}", name, pane_name(index)));
    }
    const std::string nearest = base::nearest_path(name, names);
    throw refusal(index, fmt::format("there is no flag --{}", base::shown(name)),
                  nearest.empty() ? kForm : "did you mean --" + nearest + "?");
}

std::vector<Given> given_in(const std::string& text, std::size_t index) {
    std::vector<Given> all;
    if (text == kSamePane) return all;
    const std::vector<std::string> words = words_of(text, index);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (!word.starts_with("--")) {
            throw refusal(index, fmt::format("'{}' is no flag", base::shown(word)), kForm);
        }
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
        const Setting& setting = setting_of(name, index);
        const auto is_same = [&](const Given& other) { return other.setting == &setting; };
        if (std::ranges::any_of(all, is_same)) {
            throw refusal(index, fmt::format("--{} is given twice", name), "give it once");
        }
        if (equals == std::string::npos && (i + 1 == words.size() || words[i + 1].starts_with("--"))) {
            throw refusal(index, fmt::format("nothing follows --{}", name), "give " + values_text(setting));
        }
        all.push_back({&setting, equals == std::string::npos ? words[++i] : word.substr(equals + 1)});
    }
    if (all.empty()) throw refusal(index, "the text is empty", kForm);
    return all;
}

Settings apply(const Settings& first, const std::vector<Given>& given, std::size_t index) {
    static const Settings defaults;
    std::set<std::string, std::less<>> names;
    for (const Given& one : given) names.emplace(one.setting->name);
    Settings pane = first;
    for (const Setting& setting : setting_table()) {
        const std::string name(setting.name);
        const bool is_free = belongs_to_panes(setting) && !names.contains(name);
        if (is_free && is_displaced(name, names)) copy_value(defaults, pane, setting);
    }
    for (const Given& one : given) {
        if (one.value == kDefault) {
            copy_value(defaults, pane, *one.setting);
            continue;
        }
        try {
            assign(pane, *one.setting, one.value);
        } catch (const base::Error& error) {
            throw refusal(index, error.what(), "correct it in " + pane_name(index));
        }
    }
    return pane;
}

/// The value is one that no flag can give.
bool is_unset(const Setting& setting, const std::string& value) {
    static const Settings defaults;
    return value.empty() || (!setting.unset.empty() && value == value_text(defaults, setting));
}

std::string text_of(const Settings& pane, const std::vector<Given>& given) {
    std::string text;
    for (const Given& one : given) {
        const std::string flag = flag_text(pane, *one.setting);
        text += one.value == kDefault ? fmt::format(" --{} {}", one.setting->name, kDefault) : flag;
    }
    return text.empty() ? std::string(kSamePane) : text.substr(1);
}

/// All panes, the first one's settings first.
std::vector<Settings> all_panes(const Settings& first) {
    std::vector<Settings> all = {first};
    for (std::size_t i = 0; i < first.panes.size(); ++i) {
        if (!first.panes[i].empty()) all.push_back(apply(first, given_in(first.panes[i], i), i));
    }
    return all;
}

/// Gives branches the new number of their trunks. Where it is 0, there is no trunk, and they become whole runs.
void renumber(std::vector<Settings>& all, const std::function<int(int)>& new_number) {
    for (Settings& pane : all) {
        if (!pane.branch) continue;
        pane.branch_pane = new_number(pane.branch_pane);
        if (pane.branch_pane > 0) continue;
        pane.branch.reset();
        pane.branch_pane = Settings().branch_pane;
    }
}

/// Describes these panes in `settings`.
void describe(Settings& settings, const std::vector<Settings>& all) {
    copy_run(all[0], settings);
    copy_score(all[0], settings);
    for (std::size_t i = 0; i < settings.panes.size(); ++i) {
        settings.panes[i] = i + 1 < all.size() ? pane_flags(settings, all[i + 1]) : "";
    }
}

}  // namespace

std::string pane_name(std::size_t index) {
    return fmt::format("pane.{}", index + 2);
}

std::size_t pane_count(const Settings& settings) {
    return 1 + static_cast<std::size_t>(
                   std::ranges::count_if(settings.panes, [](const std::string& text) { return !text.empty(); }));
}

Settings pane_settings(const Settings& first, std::size_t index) {
    Settings pane = apply(first, given_in(first.panes.at(index), index), index);
    pane.trunk = pane.branch ? std::make_shared<const Settings>(trunk_settings(first, pane)) : nullptr;
    return pane;
}

Settings trunk_settings(const Settings& first, const Settings& pane) {
    Settings trunk = first;
    if (pane.branch_pane > 1) {
        const auto index = static_cast<std::size_t>(pane.branch_pane - 2);
        if (first.panes.at(index).empty()) {
            throw base::request_error("no trunk", "`branch.pane`", fmt::format("there is no `{}`", pane_name(index)),
                                      "give the number of a pane that is there");
        }
        trunk = apply(first, given_in(first.panes[index], index), index);
    }
    if (trunk.branch) {
        throw base::request_error(
            "no trunk", "`branch`", fmt::format("pane {} is a branch itself, not a trunk", pane.branch_pane),
            "give `branch` to another pane (`pane.2` … `pane.4`), or name a whole run with `branch.pane`");
    }
    return trunk;
}

std::string pane_flags(const Settings& first, const Settings& pane) {
    // A flag displaces others, which then have to be given as well.
    std::vector<Given> given;
    for (bool changed = true; changed;) {
        changed = false;
        const Settings reached = apply(first, given, 0);
        for (const Setting& setting : setting_table()) {
            if (!belongs_to_panes(setting)) continue;
            const std::string wanted = value_text(pane, setting);
            if (wanted == value_text(reached, setting)) continue;
            given.push_back({&setting, is_unset(setting, wanted) ? std::string(kDefault) : wanted});
            changed = true;
            break;
        }
    }
    return text_of(pane, given);
}

void exchange_pane(Settings& settings, std::size_t index) {
    std::vector<Settings> all = all_panes(settings);
    std::swap(all[0], all.at(index + 1));
    const int moved = static_cast<int>(index) + 2;
    renumber(all, [&](int pane) { return pane == 1 ? moved : pane == moved ? 1 : pane; });
    describe(settings, all);
}

void remove_pane(Settings& settings, std::size_t index) {
    std::vector<Settings> all = all_panes(settings);
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(index) + 1);
    const int removed = static_cast<int>(index) + 2;
    renumber(all, [&](int pane) { return pane == removed ? 0 : pane > removed ? pane - 1 : pane; });
    describe(settings, all);
}

void close_gaps(Settings& settings) {
    const std::array<std::string, kMostPanes - 1> before = settings.panes;
    const auto is_given = [](const std::string& text) { return !text.empty(); };
    if (std::is_partitioned(before.begin(), before.end(), is_given)) return;
    const auto new_number = [&](int pane) {
        return pane == 1 ? 1 : 1 + static_cast<int>(std::count_if(before.begin(), before.begin() + pane - 1, is_given));
    };
    try {
        std::vector<Settings> all = all_panes(settings);
        renumber(all, new_number);
        describe(settings, all);
    } catch (const base::Error&) {
        // Whoever opens the pane says what is wrong.
        std::stable_partition(settings.panes.begin(), settings.panes.end(), is_given);
    }
}

}  // namespace scorefield::settings
