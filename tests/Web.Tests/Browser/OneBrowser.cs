using Ddpm.Tests;

namespace Ddpm.Web.Tests.Browser;

/// <summary>The tests of the page, which share a browser. Each has a server of its own, and so an address whose storage is empty.</summary>
[CollectionDefinition(Name)]
public sealed class OneBrowser : ICollectionFixture<ChromiumBrowser>
{
    public const string Name = "Browser";
}
