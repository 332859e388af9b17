namespace QuantumCore.Silo.Cluster;

/// <summary>The name of a silo in the list of members, which tells its role and its tag: <c>matching-host-4711@east</c>.</summary>
internal static class SiloName
{
    private const char BeforeTag = '@';

    /// <summary>A name that no other member of the list has.</summary>
    public static string Of(SiloOptions options)
    {
        var name = $"{(options.Role == SiloRole.Matching ? "matching" : "all")}-{SiloOptions.ProcessName}";
        return options.Tag.Length == 0 ? name : $"{name}{BeforeTag}{options.Tag}";
    }

    /// <summary>The role of a silo of this name.</summary>
    public static string RoleOf(string name) => name.StartsWith("matching-", StringComparison.Ordinal) ? "matching" : "all";

    /// <summary>Whether a pin means the silo of this name: by the name, its tag, or its role.</summary>
    public static bool IsMeant(string pinned, string name) =>
        name == pinned || RoleOf(name) == pinned || name[(name.LastIndexOf(BeforeTag) + 1)..] == pinned;
}
