import { later } from './later';

export const Modal = later(() => import('./ModalDialog').then(({ ModalDialog }) => ModalDialog));
