#include "viewer/window.hpp"

#include <utility>

#include "base/error.hpp"
#include "gpu/check.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace scorefield::viewer {
namespace {

base::Error glfw_error(const std::string& what) {
    const char* description = nullptr;
    glfwGetError(&description);
    return base::running_error(what, "view",
                               description == nullptr ? "the window library gives no reason" : description,
                               "use 'scorefield render --out film.mp4'");
}

/// Whether a monitor shows the top of a window at this place, by which it can be moved.
bool is_on_a_monitor(const WindowPlace& place, int width) {
    constexpr int kTop = 8;
    int count = 0;
    GLFWmonitor** const monitors = glfwGetMonitors(&count);
    for (int i = 0; i < count; ++i) {
        int left = 0;
        int top = 0;
        int across = 0;
        int down = 0;
        glfwGetMonitorWorkarea(monitors[i], &left, &top, &across, &down);
        const int x = place.left + width / 2;
        const int y = place.top + kTop;
        if (x >= left && x < left + across && y >= top && y < top + down) return true;
    }
    return false;
}

}  // namespace

Window::Window(std::uint32_t width, std::uint32_t height, const std::string& title,
               const std::optional<WindowPlace>& place)
    : title_(title) {
    if (glfwInit() == GLFW_FALSE) throw glfw_error("no display");
    glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
    const bool is_placed = place && is_on_a_monitor(*place, static_cast<int>(width));
    glfwWindowHint(GLFW_VISIBLE, is_placed ? GLFW_FALSE : GLFW_TRUE);
    window_ = glfwCreateWindow(static_cast<int>(width), static_cast<int>(height), title.c_str(), nullptr, nullptr);
    if (window_ == nullptr) {
        const base::Error error = glfw_error("no window");
        glfwTerminate();
        throw error;
    }
    if (is_placed) {
        glfwSetWindowPos(window_, place->left, place->top);
        glfwShowWindow(window_);
    }
    glfwSetWindowUserPointer(window_, this);
    glfwSetKeyCallback(window_, [](GLFWwindow* window, int key, int, int action, int mods) {
        note(window);
        const bool repeats = key == GLFW_KEY_RIGHT || key == GLFW_KEY_UP || key == GLFW_KEY_DOWN;
        const bool acts = action == GLFW_PRESS || (action == GLFW_REPEAT && repeats);
        if (!acts) return;
        const KeyPress press = {key, (mods & GLFW_MOD_CONTROL) != 0, (mods & GLFW_MOD_SHIFT) != 0};
        static_cast<Window*>(glfwGetWindowUserPointer(window))->keys_.push_back(press);
    });
    glfwSetDropCallback(window_, [](GLFWwindow* window, int count, const char** paths) {
        note(window);
        auto& dropped = static_cast<Window*>(glfwGetWindowUserPointer(window))->dropped_;
        dropped.insert(dropped.end(), paths, paths + count);
    });
    glfwSetCursorPosCallback(window_, [](GLFWwindow* window, double, double) { note(window); });
    glfwSetCursorEnterCallback(window_, [](GLFWwindow* window, int) { note(window); });
    glfwSetMouseButtonCallback(window_, [](GLFWwindow* window, int, int, int) { note(window); });
    glfwSetScrollCallback(window_, [](GLFWwindow* window, double, double) { note(window); });
    glfwSetCharCallback(window_, [](GLFWwindow* window, unsigned) { note(window); });
    glfwSetWindowFocusCallback(window_, [](GLFWwindow* window, int) { note(window); });
    glfwSetWindowRefreshCallback(window_, [](GLFWwindow* window) { note(window); });
    glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* window, int, int) { note(window); });
    glfwSetWindowCloseCallback(window_, [](GLFWwindow* window) { note(window); });
}

/// A callback's report.
void Window::note(GLFWwindow* window) {
    static_cast<Window*>(glfwGetWindowUserPointer(window))->reported_ = true;
}

Window::~Window() {
    glfwDestroyWindow(window_);
    glfwTerminate();
}

std::vector<const char*> Window::instance_extensions() const {
    std::uint32_t count = 0;
    const char** const names = glfwGetRequiredInstanceExtensions(&count);
    return {names, names + count};
}

void Window::toggle_full_screen() {
    auto& [left, top, width, height] = windowed_;
    if (glfwGetWindowMonitor(window_) != nullptr) {
        glfwSetWindowMonitor(window_, nullptr, left, top, width, height, GLFW_DONT_CARE);
        return;
    }
    GLFWmonitor* const monitor = glfwGetPrimaryMonitor();
    const GLFWvidmode* const mode = monitor == nullptr ? nullptr : glfwGetVideoMode(monitor);
    if (mode == nullptr) return;
    glfwGetWindowPos(window_, &left, &top);
    glfwGetWindowSize(window_, &width, &height);
    glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

std::optional<WindowPlace> Window::place() const {
    if (glfwGetWindowMonitor(window_) != nullptr) return WindowPlace{windowed_[0], windowed_[1]};
    WindowPlace place;
    glfwGetWindowPos(window_, &place.left, &place.top);
    if (glfwGetError(nullptr) != GLFW_NO_ERROR) return std::nullopt;
    return place;
}

std::array<std::uint32_t, 2> Window::size() const {
    int width = windowed_[2];
    int height = windowed_[3];
    if (glfwGetWindowMonitor(window_) == nullptr) glfwGetWindowSize(window_, &width, &height);
    return {static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

void Window::set_title(const std::string& title) {
    if (title == title_) return;
    title_ = title;
    glfwSetWindowTitle(window_, title_.c_str());
}

VkSurfaceKHR Window::make_surface(VkInstance instance) const {
    VkSurfaceKHR surface = VK_NULL_HANDLE;
    gpu::check(glfwCreateWindowSurface(instance, window_, nullptr, &surface), "glfwCreateWindowSurface");
    return surface;
}

bool Window::closed() const {
    return glfwWindowShouldClose(window_) == GLFW_TRUE;
}

void Window::keep_open() const {
    glfwSetWindowShouldClose(window_, GLFW_FALSE);
    if (minimised()) glfwRestoreWindow(window_);
}

bool Window::minimised() const {
    return glfwGetWindowAttrib(window_, GLFW_ICONIFIED) == GLFW_TRUE;
}

VkExtent2D Window::framebuffer() const {
    int width = 0;
    int height = 0;
    glfwGetFramebufferSize(window_, &width, &height);
    return {static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

float Window::scale() const {
    float x = 1;
    float y = 1;
    glfwGetWindowContentScale(window_, &x, &y);
    return x;
}

float Window::pixels_per_unit() const {
    int width = 0;
    int height = 0;
    glfwGetWindowSize(window_, &width, &height);
    const VkExtent2D pixels = framebuffer();
    return width > 0 && pixels.width > 0 ? static_cast<float>(pixels.width) / static_cast<float>(width) : 1;
}

std::vector<KeyPress> Window::take_keys() {
    return std::exchange(keys_, {});
}

std::vector<std::filesystem::path> Window::take_dropped() {
    return std::exchange(dropped_, {});
}

bool Window::poll(double wait_seconds) {
    reported_ = false;
    if (wait_seconds > 0) {
        glfwWaitEventsTimeout(wait_seconds);
    } else {
        glfwPollEvents();
    }
    return reported_;
}

}  // namespace scorefield::viewer
