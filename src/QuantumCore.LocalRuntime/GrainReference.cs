using System.Reflection;

namespace QuantumCore.LocalRuntime;

#pragma warning disable CA1852 // The proxies made at run time derive from it.
/// <summary>The base of the objects that callers hold for a grain: every interface method becomes a call.</summary>
internal class GrainReference : DispatchProxy, IEquatable<GrainReference>
{
    internal LocalGrains Runtime { get; private set; } = null!;

    internal GrainKind Kind { get; private set; } = null!;

    internal string Key { get; private set; } = null!;

    internal GrainId GrainId => new(Kind.GrainType, IdSpan.Create(Key));

    /// <summary>The activation that took the last call, so that the next one need not look it up.</summary>
    internal Activation? LastActivation { get; set; }

    public bool Equals(GrainReference? other) =>
        other is not null && ReferenceEquals(other.Kind, Kind) && string.Equals(other.Key, Key, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => GrainId.ToString();

    /// <summary>A reference to copy for each key, since creating a proxy anew costs ten times as much.</summary>
    /// <exception cref="NotSupportedException">A method of the interface does not return a task.</exception>
    internal static GrainReference Template(LocalGrains runtime, GrainKind kind, Type interfaceType)
    {
        foreach (var method in interfaceType.GetInterfaces().Append(interfaceType).SelectMany(i => i.GetMethods()))
        {
            if (!method.IsStatic)
                GrainMethod.Of(method);
        }

        var template = (GrainReference)Create(interfaceType, typeof(GrainReference));
        template.Runtime = runtime;
        template.Kind = kind;
        return template;
    }

    internal GrainReference For(string key)
    {
        var reference = (GrainReference)MemberwiseClone();
        reference.Key = key;
        return reference;
    }

    internal object As(Type interfaceType) => Runtime.Reference(interfaceType, Key);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        GrainMethod.Of(targetMethod!).Call(this, args ?? []);
}
