#include "viewer/interface.hpp"

#include <imgui.h>

#include <cmath>

#include "gpu/check.hpp"
#include "gpu/structure.hpp"
#include "render/font.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_vulkan.h>

namespace scorefield::viewer {
namespace {

using gpu::check;
using gpu::make_structure;

constexpr float kFontPixels = 15;

ImVec4 rgb(int red, int green, int blue, float alpha = 1) {
    constexpr float kMost = 255;
    return {static_cast<float>(red) / kMost, static_cast<float>(green) / kMost, static_cast<float>(blue) / kMost,
            alpha};
}

/// Dark and calm: the picture is what shines.
void set_colours(ImGuiStyle& style) {
    ImVec4* const colours = style.Colors;
    colours[ImGuiCol_Text] = rgb(214, 219, 228);
    colours[ImGuiCol_TextDisabled] = rgb(128, 137, 152);
    colours[ImGuiCol_WindowBg] = rgb(20, 22, 28);
    colours[ImGuiCol_ChildBg] = rgb(20, 22, 28);
    colours[ImGuiCol_PopupBg] = rgb(29, 32, 41, 0.98f);
    colours[ImGuiCol_Border] = rgb(46, 51, 63);
    colours[ImGuiCol_Separator] = rgb(46, 51, 63);
    colours[ImGuiCol_FrameBg] = rgb(36, 40, 51);
    colours[ImGuiCol_FrameBgHovered] = rgb(46, 52, 66);
    colours[ImGuiCol_FrameBgActive] = rgb(54, 61, 78);
    colours[ImGuiCol_Button] = rgb(44, 50, 64);
    colours[ImGuiCol_ButtonHovered] = rgb(60, 70, 92);
    colours[ImGuiCol_ButtonActive] = rgb(78, 94, 126);
    colours[ImGuiCol_Header] = rgb(36, 40, 51);
    colours[ImGuiCol_HeaderHovered] = rgb(52, 60, 78);
    colours[ImGuiCol_HeaderActive] = rgb(62, 74, 98);
    colours[ImGuiCol_SliderGrab] = rgb(112, 148, 204);
    colours[ImGuiCol_SliderGrabActive] = rgb(142, 178, 232);
    colours[ImGuiCol_CheckMark] = rgb(142, 178, 232);
    colours[ImGuiCol_PlotHistogram] = rgb(60, 90, 140);
    colours[ImGuiCol_TitleBg] = rgb(29, 32, 41);
    colours[ImGuiCol_TitleBgActive] = rgb(36, 40, 51);
    colours[ImGuiCol_Tab] = rgb(29, 32, 41);
    colours[ImGuiCol_TabHovered] = rgb(60, 70, 92);
    colours[ImGuiCol_TabActive] = rgb(54, 61, 78);
    colours[ImGuiCol_ModalWindowDimBg] = rgb(0, 0, 0, 0.55f);
    colours[ImGuiCol_ScrollbarBg] = rgb(20, 22, 28);
    colours[ImGuiCol_ScrollbarGrab] = rgb(46, 52, 66);
}

void set_style(float scale) {
    ImGui::StyleColorsDark();
    ImGuiStyle& style = ImGui::GetStyle();
    set_colours(style);
    style.WindowPadding = {12, 10};
    style.FramePadding = {7, 3};
    style.ItemSpacing = {7, 5};
    style.ItemInnerSpacing = {6, 4};
    style.FrameRounding = 4;
    style.GrabRounding = 4;
    style.PopupRounding = 4;
    style.WindowRounding = 0;
    style.WindowBorderSize = 0;
    style.PopupBorderSize = 1;
    style.ScrollbarSize = 11;
    style.GrabMinSize = 12;
    style.ScaleAllSizes(scale);
}

void add_font(float scale) {
    static constexpr ImWchar kGlyphs[] = {0x0020, 0x00FF, 0x0370, 0x03FF, 0x2000, 0x209F, 0x2190,
                                          0x21FF, 0x2212, 0x2212, 0x2264, 0x2265, 0};
    const std::span<const std::uint8_t> bytes = render::font_bytes();
    ImFontConfig font;
    font.FontDataOwnedByAtlas = false;
    // The atlas reads the bytes only; its interface is older than const.
    ImGui::GetIO().Fonts->AddFontFromMemoryTTF(const_cast<std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()),
                                               std::round(kFontPixels * scale), &font, kGlyphs);
}

}  // namespace

Interface::Interface(const Window& window, gpu::Device& device, const gpu::Swapchain& swapchain)
    : device_(device), swapchain_(swapchain) {
    ImGui::CreateContext();
    try {
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.UserData = &typed_;
        // Sizes are screen units, letters are made of pixels.
        set_style(window.scale() / window.pixels_per_unit());
        add_font(window.scale());
        io.FontGlobalScale = 1 / window.pixels_per_unit();
        make_render_pass();
        start_backend(window);
        upload_font();
    } catch (...) {
        device_.drain();
        close();
        throw;
    }
}

Interface::~Interface() {
    close();
}

/// As far as it has been opened.
void Interface::close() {
    drop_framebuffers();
    if (vulkan_backend_) ImGui_ImplVulkan_Shutdown();
    if (window_backend_) ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
    vkDestroyRenderPass(device_.handle(), render_pass_, nullptr);
    vkDestroyDescriptorPool(device_.handle(), descriptors_, nullptr);
}

void Interface::make_render_pass() {
    VkAttachmentDescription attachment{};
    attachment.format = swapchain_.format();
    attachment.samples = VK_SAMPLE_COUNT_1_BIT;
    attachment.loadOp = VK_ATTACHMENT_LOAD_OP_LOAD;
    attachment.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
    attachment.stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE;
    attachment.stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE;
    attachment.initialLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    attachment.finalLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    const VkAttachmentReference colour = {0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
    VkSubpassDescription subpass{};
    subpass.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS;
    subpass.colorAttachmentCount = 1;
    subpass.pColorAttachments = &colour;
    auto info = make_structure<VkRenderPassCreateInfo>(VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO);
    info.attachmentCount = 1;
    info.pAttachments = &attachment;
    info.subpassCount = 1;
    info.pSubpasses = &subpass;
    check(vkCreateRenderPass(device_.handle(), &info, nullptr, &render_pass_), "vkCreateRenderPass");
}

void Interface::start_backend(const Window& window) {
    const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1};
    auto pool = make_structure<VkDescriptorPoolCreateInfo>(VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO);
    pool.flags = VK_DESCRIPTOR_POOL_CREATE_FREE_DESCRIPTOR_SET_BIT;
    pool.maxSets = 1;
    pool.poolSizeCount = 1;
    pool.pPoolSizes = &size;
    check(vkCreateDescriptorPool(device_.handle(), &pool, nullptr, &descriptors_), "vkCreateDescriptorPool");

    window_backend_ = ImGui_ImplGlfw_InitForVulkan(window.handle(), true);
    ImGui_ImplVulkan_InitInfo info{};
    info.Instance = device_.instance();
    info.PhysicalDevice = device_.physical();
    info.Device = device_.handle();
    info.QueueFamily = device_.queue_family();
    info.Queue = device_.queue();
    info.PipelineCache = device_.pipeline_cache();
    info.DescriptorPool = descriptors_;
    // How many frames its vertex buffers serve in turn: more than are in flight.
    info.MinImageCount = 3;
    info.ImageCount = 3;
    info.MSAASamples = VK_SAMPLE_COUNT_1_BIT;
    info.CheckVkResultFn = [](VkResult result) { check(result, "user interface"); };
    vulkan_backend_ = ImGui_ImplVulkan_Init(&info, render_pass_);
}

void Interface::upload_font() {
    gpu::Recorder recorder(device_, "font");
    recorder.begin();
    recorder.external("font", {}, [](VkCommandBuffer commands) { ImGui_ImplVulkan_CreateFontsTexture(commands); });
    device_.wait(device_.submit(recorder));
    ImGui_ImplVulkan_DestroyFontUploadObjects();
}

void Interface::make_framebuffers() {
    drop_framebuffers();
    for (std::uint32_t i = 0; i < swapchain_.image_count(); ++i) {
        const gpu::Image& image = swapchain_.image(i);
        const VkImageView view = image.view();
        auto info = make_structure<VkFramebufferCreateInfo>(VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO);
        info.renderPass = render_pass_;
        info.attachmentCount = 1;
        info.pAttachments = &view;
        info.width = image.extent().width;
        info.height = image.extent().height;
        info.layers = 1;
        VkFramebuffer framebuffer = VK_NULL_HANDLE;
        check(vkCreateFramebuffer(device_.handle(), &info, nullptr, &framebuffer), "vkCreateFramebuffer");
        framebuffers_.push_back(framebuffer);
    }
    generation_ = swapchain_.generation();
}

/// The swapchain has waited for the GPU before it made its images anew.
void Interface::drop_framebuffers() {
    for (const VkFramebuffer framebuffer : framebuffers_) vkDestroyFramebuffer(device_.handle(), framebuffer, nullptr);
    framebuffers_.clear();
}

void Interface::begin_frame() const {
    ImGui_ImplVulkan_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
}

void Interface::end_frame() const {
    ImGui::Render();
}

void Interface::record(gpu::Recorder& recorder, const gpu::Swapchain::Frame& frame) {
    if (generation_ != swapchain_.generation()) make_framebuffers();
    const gpu::ExternalUse uses[] = {gpu::draws_on(frame.image)};
    recorder.external("UI", uses, [&](VkCommandBuffer commands) {
        auto begin = make_structure<VkRenderPassBeginInfo>(VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO);
        begin.renderPass = render_pass_;
        begin.framebuffer = framebuffers_[frame.index];
        begin.renderArea.extent = frame.image.extent();
        vkCmdBeginRenderPass(commands, &begin, VK_SUBPASS_CONTENTS_INLINE);
        ImGui_ImplVulkan_RenderDrawData(ImGui::GetDrawData(), commands);
        vkCmdEndRenderPass(commands);
    });
}

}  // namespace scorefield::viewer
