using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace QuantumCore.Tidy.Tests;

/// <summary>References of an assembly's compiled methods, read from their instructions.</summary>
internal static class CallGraph
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.DeclaredOnly;

    private static readonly FrozenDictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(code => code.Value);

    /// <summary>Returns a class with the classes the compiler generated for its lambdas and async methods.</summary>
    public static IEnumerable<Type> WithNested(Type type) =>
        type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).SelectMany(WithNested).Prepend(type);

    /// <summary>Returns the method bodies of a class.</summary>
    public static IEnumerable<MethodBase> Bodies(Type type) => WithNested(type).SelectMany(
        part => part.GetMethods(Everything).Cast<MethodBase>().Concat(part.GetConstructors(Everything)));

    /// <summary>
    /// Returns every member that a method's instructions refer to, and every type named by them, its locals or its
    /// signature, including type arguments.
    /// </summary>
    public static IEnumerable<MemberInfo> References(MethodBase method)
    {
        var signature = method.GetParameters().Select(parameter => parameter.ParameterType);
        if (method is MethodInfo { ReturnType: var returned })
        {
            signature = signature.Append(returned);
        }

        var body = method.GetMethodBody();
        var locals = body?.LocalVariables.Select(local => local.LocalType) ?? [];
        return signature.Concat(locals).SelectMany(Parts).Concat(body is null ? [] : Operands(method, body)).Distinct();
    }

    /// <summary>
    /// Returns everything in the same assembly that may run when a class does, except the classes where it stops.
    /// </summary>
    public static IEnumerable<MethodBase> Reachable(Type start, Func<Type, bool> stops)
    {
        var seen = Bodies(start).ToHashSet();
        var open = new Queue<MethodBase>(seen);
        while (open.TryDequeue(out var method))
        {
            foreach (var next in References(method).SelectMany(Entered))
            {
                if (next.Module == start.Module && !stops(Outermost(next.DeclaringType!)) && seen.Add(next))
                {
                    open.Enqueue(next);
                }
            }
        }

        return seen;
    }

    /// <summary>Returns the outermost class of a nested one.</summary>
    public static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    // An async method starts its state machine through a generic builder, which does not refer to the machine's body.
    private static IEnumerable<MethodBase> Entered(MemberInfo member) => member is not MethodBase method
        ? []
        : method.GetCustomAttribute<StateMachineAttribute>() is { StateMachineType: var machine }
            ? Bodies(machine).Append(Definition(method))
            : [Definition(method)];

    private static MethodBase Definition(MethodBase method) =>
        method.DeclaringType is { IsConstructedGenericType: true } or null || method.IsGenericMethod
            ? method.Module.ResolveMethod(method.MetadataToken)!
            : method;

    private static IEnumerable<MemberInfo> Operands(MethodBase method, MethodBody body)
    {
        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        var code = body.GetILAsByteArray()!;
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at];
            var opCode = s_opCodes[value];
            at += opCode.Size;
            if (opCode.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType
                or OperandType.InlineTok)
            {
                var token = BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at));
                foreach (var member in Parts(method.Module.ResolveMember(token, typeArguments, methodArguments)!))
                {
                    yield return member;
                }
            }

            at += OperandSize(opCode.OperandType, code.AsSpan(at));
        }
    }

    private static int OperandSize(OperandType kind, ReadOnlySpan<byte> operand) => kind switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(operand)),
        _ => 4,
    };

    /// <summary>Returns a member, the types in its name, and their arguments.</summary>
    private static IEnumerable<MemberInfo> Parts(MemberInfo member)
    {
        IEnumerable<Type> named = member switch
        {
            Type { HasElementType: true } type => [type.GetElementType()!],
            Type { IsGenericType: true } type => type.GetGenericArguments(),
            Type => [],
            FieldInfo field => [field.FieldType, field.DeclaringType!],
            MethodInfo method =>
                [
                    .. method.IsGenericMethod ? method.GetGenericArguments() : [], method.DeclaringType!,
                    method.ReturnType],
            { DeclaringType: { } declaring } => [declaring],
            _ => [],
        };
        return named.SelectMany(Parts).Prepend(member);
    }
}
