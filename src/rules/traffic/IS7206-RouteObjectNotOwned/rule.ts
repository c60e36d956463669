/** Cause: an object of the name that the routing needs exists already and belongs to somebody else. */
import type { ResourceRef } from '../../../model/reference.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { ownedElsewhere } from '../../../views/gateway-ownership.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7206',
  name: 'RouteObjectNotOwned',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'An object of somebody else has the name that the Route needs',
  appliesTo: ['Route', 'DomainMapping'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: [
    'NotOwned',
    'that we do not own',
    'existing placeholder Service',
    'existing VirtualService',
    'CertificateNotOwned',
  ],
  needs: { clash: ownedElsewhere },
  messages: {
    taken: '{kind} {name} exists already and does not belong to {by} {route}, which needs that name',
  },
  check({ clash }, context) {
    if (clash.state === 'unknown') return context.unknown(clash.gap);
    if (clash.state === 'absent') return context.notApplicable('nobody says that a name is taken');
    const { route, root, object, cite, seen } = clash.value;
    return context.found({
      message: 'taken',
      args: { kind: object.kind, name: object.name, by: route.kind, route: route.name },
      subject: object,
      affects: [route],
      certainty: 'confirmed',
      basis: 'the controller names the object and says that it does not own it',
      consequence: 'Controllers leave objects of others alone: the Route has no address until the name is free.',
      cite: seen === undefined ? [cite] : [cite, seen],
      fixes: [freeTheName(object, root)],
    });
  },
});

function freeTheName(object: ResourceRef, root: ResourceRef): ReturnType<typeof fix> {
  return fix({
    title: `Free the name: keep ${nameWithKind(object)} under another, or name the model otherwise`,
    applicability: 'advice',
    effect: 'Whoever uses the object that stands there loses it under that name.',
    steps: [
      kubectl(object, ['get', kindWord(object), object.name, '-o', 'yaml'], false),
      manual(
        `If nobody needs ${nameWithKind(object)}, delete it; else give it, or the model, another name. The controller makes its own within minutes.`,
      ),
    ],
    verify: verifyWithInferscope(root),
  });
}
