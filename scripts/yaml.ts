/** YAML of plain data: blocks for objects and lists, JSON for the rest, which YAML 1.2 reads as it is. */
export function toYaml(value: unknown, indent = ''): string {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item) => `${indent}- ${toYaml(item, `${indent}  `).trimStart()}`).join('');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${indent}${quoteName(name)}:${toMember(member, indent)}`)
      .join('');
  }
  return `${indent}${JSON.stringify(value)}\n`;
}

function toMember(member: unknown, indent: string): string {
  const block = typeof member === 'object' && member !== null && Object.keys(member).length > 0;
  return block ? `\n${toYaml(member, `${indent}  `)}` : ` ${JSON.stringify(member)}\n`;
}

/** Bare where no reader could take it for anything but text. */
function quoteName(name: string): string {
  return /^[a-z_][\w.-]*$/i.test(name) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(name)
    ? name
    : JSON.stringify(name);
}
