using Ddpm.Tests;

namespace Docs.Tests.Site;

/// <summary>A test of the built documentation site: skipped unless DDPM_SITE names one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SiteFactAttribute : FactAttribute
{
    public SiteFactAttribute(bool inChromium = false)
    {
        if (BuiltSite.Folder is null) Skip = "DDPM_SITE names no built site (.ci/site builds one into artifacts/site).";
        else if (inChromium) Skip = new ChromiumFactAttribute().Skip;
    }
}
